/*
 * Following an object as it grows, in C11.
 * tally_storage_ops.extension(self, TALLY_FOLLOW) answers with a tally_follow_ops, or null.
 * The rules of plugin_abi.h hold. What each function promises is said by tally/extensions/follow.hpp.
 * Followers are closed by the host before the storage is destroyed. Calls on different ones run side by side, also
 * when the storage itself asks for one call at a time.
 */
#ifndef TALLY_EXTENSIONS_FOLLOW_H
#define TALLY_EXTENSIONS_FOLLOW_H

#include "tally/plugin_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TALLY_FOLLOW "tally.follow/1"

#define TALLY_FOLLOW_NOTHING 0u /* the deadline passed, and nothing came */
#define TALLY_FOLLOW_DATA 1u    /* the next bytes are in the sink */
#define TALLY_FOLLOW_RESET 2u   /* the object was replaced: what was delivered is void, it begins anew */
#define TALLY_FOLLOW_REMOVED 3u /* the object is absent now */

typedef struct tally_follower_ops {
  uint32_t struct_size;
  uint32_t reserved;
  /* Wait until something happens, `event` says what; with a deadline that passes first it is TALLY_FOLLOW_NOTHING and
     TALLY_OK. At most `max_bytes` are delivered; 0: the backend's choice.
     [one thread at a time | blocks | sink borrowed] */
  int32_t (*next)(void *follower, const tally_call *call, uint64_t max_bytes, const tally_sink *sink, uint32_t *event,
                  tally_error *error);
  /* Where the next next() goes on, as printable ASCII of at most 255 bytes, for another process and another day.
     [one thread at a time | never blocks | sink borrowed] */
  int32_t (*cursor)(void *follower, const tally_sink *sink, tally_error *error);
  /* [any thread, no other call runs | may block briefly | frees follower] */
  void (*close)(void *follower);
} tally_follower_ops;

/* Caller's memory, filled by open. */
typedef struct tally_follower {
  uint32_t struct_size;
  uint32_t reserved;
  void *self;
  const tally_follower_ops *ops; /* constant, lives as long as the library */
} tally_follower;

#define TALLY_FOLLOW_FROM_END 1u    /* only what comes from now on */
#define TALLY_FOLLOW_FROM_CURSOR 2u /* from where a cursor was taken */
#define TALLY_FOLLOW_MUST_EXIST 4u  /* TALLY_E_NOT_FOUND instead of waiting for the object */
typedef struct tally_follow_options {
  uint32_t struct_size;
  uint32_t flags;
  tally_str cursor; /* with TALLY_FOLLOW_FROM_CURSOR */
} tally_follow_options;

typedef struct tally_follow_ops {
  uint32_t struct_size;
  uint32_t reserved;
  /* [any thread | may block | key and options borrowed] */
  int32_t (*open)(void *self, const tally_call *call, const tally_str *key, const tally_follow_options *options,
                  tally_follower *out, tally_error *error);
} tally_follow_ops;

#ifdef __cplusplus
}
#endif
#endif
