/*
 * The index of a backend, made anew, in C11.
 * tally_storage_ops.extension(self, TALLY_REINDEX) answers with a tally_reindex_ops, or null.
 * The rules of plugin_abi.h hold. What each function promises is said by tally/extensions/reindex.hpp.
 */
#ifndef TALLY_EXTENSIONS_REINDEX_H
#define TALLY_EXTENSIONS_REINDEX_H

#include "tally/plugin_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TALLY_REINDEX "tally.reindex/1"

typedef struct tally_reindex_progress {
  uint32_t struct_size;
  uint32_t reserved;
  void *self;
  /* How many objects were looked at so far; non-zero means: stop, and return that code. What was done is kept.
     [calling thread | never blocks] */
  int32_t (*put)(void *self, uint64_t looked_at);
} tally_reindex_progress;

typedef struct tally_reindex_result {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t objects; /* listed afterwards */
  uint64_t added;   /* which the index did not know */
  uint64_t dropped; /* which were not there any more */
} tally_reindex_result;

typedef struct tally_reindex_ops {
  uint32_t struct_size;
  uint32_t reserved;
  /* [any thread | blocks | progress borrowed] */
  int32_t (*rebuild)(void *self, const tally_call *call, const tally_reindex_progress *progress,
                     tally_reindex_result *result, tally_error *error);
} tally_reindex_ops;

#ifdef __cplusplus
}
#endif
#endif
