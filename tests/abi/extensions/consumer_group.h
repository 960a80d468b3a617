/*
 * Several workers share an object's records, in C11.
 * tally_storage_ops.extension(self, TALLY_CONSUMER_GROUP) answers with a tally_consumer_group_ops, or null.
 * The rules of plugin_abi.h hold. What each function promises is said by tally/extensions/consumer_group.hpp.
 * Consumers are closed by the host before the storage is destroyed. Calls on different ones run side by side, also
 * when the storage itself asks for one call at a time.
 */
#ifndef TALLY_EXTENSIONS_CONSUMER_GROUP_H
#define TALLY_EXTENSIONS_CONSUMER_GROUP_H

#include "tally/plugin_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TALLY_CONSUMER_GROUP "tally.consumer_group/1"

/* Memory of the plugin, borrowed by the sink. */
typedef struct tally_group_record {
  uint32_t struct_size;
  uint32_t deliveries; /* how often it was handed out, this time included */
  tally_str id;        /* to acknowledge it by: printable ASCII of at most 255 bytes */
  tally_bytes content;
} tally_group_record;

typedef struct tally_group_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void *self;
  /* Take one record; non-zero means: stop, and return that code. [calling thread | never blocks | record borrowed] */
  int32_t (*put)(void *self, const tally_group_record *record);
} tally_group_sink;

typedef struct tally_group_consumer_ops {
  uint32_t struct_size;
  uint32_t reserved;
  /* Wait for records and take at most `max_records`; none, and TALLY_OK, when the deadline passes first.
     [one thread at a time | blocks | sink borrowed] */
  int32_t (*next)(void *consumer, const tally_call *call, uint64_t max_records, const tally_group_sink *sink,
                  tally_error *error);
  /* `acknowledged` becomes how many of them were still waiting for it. [any thread | may block | ids borrowed] */
  int32_t (*acknowledge)(void *consumer, const tally_call *call, const tally_str *ids, uint64_t count,
                         uint64_t *acknowledged, tally_error *error);
  /* What was taken and not acknowledged stays pending. [any thread, no other call runs | may block briefly | frees] */
  void (*close)(void *consumer);
} tally_group_consumer_ops;

/* Caller's memory, filled by join. */
typedef struct tally_group_consumer {
  uint32_t struct_size;
  uint32_t reserved;
  void *self;
  const tally_group_consumer_ops *ops; /* constant, lives as long as the library */
} tally_group_consumer;

#define TALLY_GROUP_FROM_END 1u /* only records from now on; else all that are there too */
typedef struct tally_group_options {
  uint32_t struct_size;
  uint32_t flags;
} tally_group_options;

typedef struct tally_group_join_options {
  uint32_t struct_size;
  uint32_t flags;             /* none yet */
  int64_t take_over_after_ns; /* records that others have had so long without acknowledging; 0: never */
} tally_group_join_options;

#define TALLY_UNKNOWN_COUNT UINT64_MAX
typedef struct tally_group_state {
  uint32_t struct_size;
  uint32_t consumers;
  uint64_t pending; /* handed out, not acknowledged */
  uint64_t waiting; /* not handed out yet, or TALLY_UNKNOWN_COUNT */
} tally_group_state;

typedef struct tally_consumer_group_ops {
  uint32_t struct_size;
  uint32_t reserved;
  /* TALLY_E_ALREADY_EXISTS if it is there. [any thread | may block | texts borrowed] */
  int32_t (*create)(void *self, const tally_call *call, const tally_str *key, const tally_str *group,
                    const tally_group_options *options, tally_error *error);
  /* `existed` becomes 1 if it was there. [any thread | may block | texts borrowed] */
  int32_t (*drop)(void *self, const tally_call *call, const tally_str *key, const tally_str *group, uint32_t *existed,
                  tally_error *error);
  /* TALLY_E_NOT_FOUND if there is no such group. [any thread | may block | texts borrowed] */
  int32_t (*state)(void *self, const tally_call *call, const tally_str *key, const tally_str *group,
                   tally_group_state *state, tally_error *error);
  /* TALLY_E_NOT_FOUND if there is no such group. [any thread | may block | texts borrowed] */
  int32_t (*join)(void *self, const tally_call *call, const tally_str *key, const tally_str *group,
                  const tally_str *consumer, const tally_group_join_options *options, tally_group_consumer *out,
                  tally_error *error);
} tally_consumer_group_ops;

#ifdef __cplusplus
}
#endif
#endif
