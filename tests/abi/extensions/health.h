/*
 * What an operator should know, in C11.
 * tally_storage_ops.extension(self, TALLY_HEALTH) answers with a tally_health_ops, or null.
 * The rules of plugin_abi.h hold. What each function promises is said by tally/extensions/health.hpp.
 */
#ifndef TALLY_EXTENSIONS_HEALTH_H
#define TALLY_EXTENSIONS_HEALTH_H

#include "tally/plugin_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TALLY_HEALTH "tally.health/1"

#define TALLY_HEALTH_GOOD 1u
#define TALLY_HEALTH_WARNING 2u /* works, but data can be lost or be wrong one day */
#define TALLY_HEALTH_FAULT 3u   /* does not work */
/* Memory of the plugin, borrowed by the sink. */
typedef struct tally_health_finding {
  uint32_t struct_size;
  uint32_t level;
  tally_str subject; /* a word or two: "persistence" */
  tally_str text;    /* one sentence: what is so, and what to do about it */
} tally_health_finding;

typedef struct tally_health_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void *self;
  /* Take one finding; non-zero means: stop, and return that code. [calling thread | never blocks | borrowed] */
  int32_t (*put)(void *self, const tally_health_finding *finding);
} tally_health_sink;

typedef struct tally_health_ops {
  uint32_t struct_size;
  uint32_t reserved;
  /* [any thread | may block | sink borrowed] */
  int32_t (*check)(void *self, const tally_call *call, const tally_health_sink *sink, tally_error *error);
} tally_health_ops;

#ifdef __cplusplus
}
#endif
#endif
