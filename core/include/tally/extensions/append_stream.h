/*
 * Appends on their way, in C11.
 * tally_storage_ops.extension(self, TALLY_APPEND_STREAM) answers with a tally_append_streams_ops, or null.
 * The rules of plugin_abi.h hold. What each function promises is said by tally/extensions/append_stream.hpp.
 * Streams are closed by the host before the storage is destroyed. Calls on different ones run side by side, also
 * when the storage itself asks for one call at a time.
 */
#ifndef TALLY_EXTENSIONS_APPEND_STREAM_H
#define TALLY_EXTENSIONS_APPEND_STREAM_H

#include "tally/plugin_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TALLY_APPEND_STREAM "tally.append_stream/1"

typedef struct tally_append_stream_ops {
  uint32_t struct_size;
  uint32_t reserved;
  /* Take an append for sending; `accepted` becomes 1 and `ticket` its number, or `accepted` stays 0 when the window is
     full, which it never is with nothing on its way. Also while another thread waits.
     [one thread | blocks no longer than local work takes | parts copied] */
  int32_t (*submit)(void *stream, const tally_bytes *parts, uint64_t part_count, uint64_t *ticket, uint32_t *accepted,
                    tally_error *error);
  /* Until the append with this number, and so all before it, is acknowledged; `size` becomes the object's size just
     after it or stays TALLY_UNKNOWN_SIZE. [any thread | may block] */
  int32_t (*wait)(void *stream, const tally_call *call, uint64_t ticket, uint64_t *size, tally_error *error);
  /* What was not waited for may or may not land. [any thread, no other call runs | may block briefly | frees stream] */
  void (*close)(void *stream);
} tally_append_stream_ops;

/* Caller's memory, filled by open. */
typedef struct tally_append_stream {
  uint32_t struct_size;
  uint32_t reserved;
  void *self;
  const tally_append_stream_ops *ops; /* constant, lives as long as the library */
} tally_append_stream;

typedef struct tally_append_stream_options {
  uint32_t struct_size;
  uint32_t flags;         /* none yet */
  uint64_t window_bytes;  /* not acknowledged at most; 0: the backend's choice */
  uint64_t window_count;  /* likewise, appends */
} tally_append_stream_options;

typedef struct tally_append_streams_ops {
  uint32_t struct_size;
  uint32_t reserved;
  /* [any thread | may block | key borrowed] */
  int32_t (*open)(void *self, const tally_call *call, const tally_str *key, const tally_append_stream_options *options,
                  tally_append_stream *out, tally_error *error);
} tally_append_streams_ops;

#ifdef __cplusplus
}
#endif
#endif
