/*
 * Many objects in one go, in C11.
 * tally_storage_ops.extension(self, TALLY_BATCH) answers with a tally_batch_ops, or null.
 * The rules of plugin_abi.h hold. What each function promises is said by tally/extensions/batch.hpp.
 */
#ifndef TALLY_EXTENSIONS_BATCH_H
#define TALLY_EXTENSIONS_BATCH_H

#include "tally/plugin_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TALLY_BATCH "tally.batch/1"

/* What became of one item. Memory of the plugin, borrowed by the sink. */
typedef struct tally_batch_result {
  uint32_t struct_size;
  int32_t code;             /* TALLY_OK, or what the single operation would have answered */
  uint64_t index;           /* of the item in the call's arrays */
  tally_bytes content;      /* read_many: the object's bytes */
  const tally_stat *stat;   /* read_many, stat_many: the state; write_many: the new version; else null */
  const tally_error *error; /* why, below TALLY_OK; may be null */
} tally_batch_result;

typedef struct tally_batch_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void *self;
  /* Take what became of one item. Each index comes once, in any order. Non-zero means: stop, and return that code.
     [calling thread | never blocks | result borrowed] */
  int32_t (*put)(void *self, const tally_batch_result *result);
} tally_batch_sink;

/* A function returns an error only if nothing was done to any item; else each item has its result. */
typedef struct tally_batch_ops {
  uint32_t struct_size;
  uint32_t reserved;
  /* [any thread | may block | keys and sink borrowed] */
  int32_t (*read_many)(void *self, const tally_call *call, const tally_str *keys, uint64_t count,
                       const tally_batch_sink *sink, tally_error *error);
  /* One content a key; the options hold for each. [any thread | may block | keys, contents and sink borrowed] */
  int32_t (*write_many)(void *self, const tally_call *call, const tally_str *keys, const tally_bytes *contents,
                        uint64_t count, const tally_write_options *options, const tally_batch_sink *sink,
                        tally_error *error);
  /* TALLY_E_NOT_FOUND for what is absent. [any thread | may block | keys and sink borrowed] */
  int32_t (*stat_many)(void *self, const tally_call *call, const tally_str *keys, uint64_t count,
                       const tally_batch_sink *sink, tally_error *error);
  /* TALLY_E_NOT_FOUND for what was absent. [any thread | may block | keys and sink borrowed] */
  int32_t (*remove_many)(void *self, const tally_call *call, const tally_str *keys, uint64_t count,
                         const tally_remove_options *options, const tally_batch_sink *sink, tally_error *error);
} tally_batch_ops;

#ifdef __cplusplus
}
#endif
#endif
