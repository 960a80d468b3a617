/*
 * The line between the host and a storage plugin, in C11. Everything a plugin needs is in this file.
 *
 * A plugin is a shared library libtally_<name>.so that exports one function, tally_plugin_entry_v1, and holds one
 * ELF note (type TALLY_NOTE_TYPE, owner "tally") with a JSON object that says who it is. The host reads the note
 * without running code, opens the library (NOW, LOCAL, never unloaded), calls the entry, then init, then the
 * factory for TALLY_STORAGE_FACTORY, and creates storages from it.
 *
 * Rules, for both sides
 *   R1  struct_size comes first in every struct but tally_str and tally_bytes. The side that owns the memory fills
 *       it with the end of the last field it knows (TALLY_END_OF), and nobody reads or writes beyond it.
 *   R2  Fields are only ever appended. Numbers are never reused, meanings never change.
 *   R3  Unknown flag bits in options are answered with TALLY_E_UNSUPPORTED, never ignored.
 *   R4  Functions that can fail return 0 (TALLY_OK) or a negative TALLY_E_* code. The code decides; tally_error
 *       only explains. A code that the reader does not know counts as TALLY_E_INTERNAL.
 *   R5  No memory crosses: what is passed in is borrowed until the call returns, what comes out goes into a sink or
 *       a struct of the caller. Text is UTF-8 with a length and no terminator; length 0 may have a null pointer.
 *   R6  No C++ exception, longjmp or panic crosses, in either direction.
 *   R7  reserved fields are 0 and never given a meaning.
 *   R8  A plugin installs no signal handler, changes no process-wide setting, prints nothing, calls no exit, fork
 *       or atexit, joins its threads in destroy or shutdown, and never calls its own storage from inside a sink.
 *   R9  A slot that is null, or behind the table's struct_size, is answered by the host with TALLY_E_UNSUPPORTED.
 *
 * Version 1 is defined for 64-bit little-endian Linux. Each function carries a tag: [thread | blocking | ownership].
 */
#ifndef TALLY_PLUGIN_ABI_H
#define TALLY_PLUGIN_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TALLY_ABI_MAJOR 1
#define TALLY_ABI_MINOR 0

#define TALLY_NOTE_OWNER "tally"
#define TALLY_NOTE_TYPE 1u
#define TALLY_NOTE_MAX_BYTES 16384u
#define TALLY_STORAGE_FACTORY "tally.storage/1"

/* The end of `field` in `type`: what struct_size holds when `field` is the last one known. */
#define TALLY_END_OF(type, field) ((uint32_t)(offsetof(type, field) + sizeof(((type *)0)->field)))
/* Whether a struct from the other side is long enough to hold `field`. */
#define TALLY_HAS(pointer, type, field) ((pointer)->struct_size >= TALLY_END_OF(type, field))

/* Codes. 0 is success. */
#define TALLY_OK 0
#define TALLY_E_INVALID_ARGUMENT (-1)
#define TALLY_E_NOT_FOUND (-2)
#define TALLY_E_ALREADY_EXISTS (-3)
#define TALLY_E_CONFLICT (-4)
#define TALLY_E_PERMISSION_DENIED (-5)
#define TALLY_E_UNAUTHENTICATED (-6)
#define TALLY_E_UNAVAILABLE (-7)
#define TALLY_E_TIMEOUT (-8)
#define TALLY_E_CANCELLED (-9)
#define TALLY_E_EXHAUSTED (-10)
#define TALLY_E_TOO_LARGE (-11)
#define TALLY_E_CORRUPT (-12)
#define TALLY_E_UNSUPPORTED (-13)
#define TALLY_E_CLOSED (-14)
#define TALLY_E_INTERNAL (-15)
#define TALLY_E_PLUGIN_FAULT (-16)
#define TALLY_E_IS_A_DIRECTORY (-17)
#define TALLY_E_NOT_A_DIRECTORY (-18)
#define TALLY_E_NO_SPACE (-19)
#define TALLY_E_OUTCOME_UNKNOWN (-20)
#define TALLY_E_RANGE_NOT_SATISFIED (-21)
#define TALLY_E_OUTSIDE_ROOT (-22)
#define TALLY_E_INVALID_CONFIG (-23)

/* Text and bytes, borrowed. Frozen for ever: the only structs without struct_size, and the only array elements. */
typedef struct tally_str {
  const char *data;
  uint64_t size;
} tally_str;

typedef struct tally_bytes {
  const void *data;
  uint64_t size;
} tally_bytes;

/* Why a call failed. Memory of the host; nothing in it needs releasing, so it may outlive everything. */
#define TALLY_ERROR_RETRYABLE 1u  /* the same call may be repeated safely and may then succeed */
#define TALLY_ERROR_TRUNCATED 2u  /* message was cut; the whole text went to tally_host.error_detail */
#define TALLY_ERROR_MESSAGE_BYTES 480
typedef struct tally_error {
  uint32_t struct_size;
  uint32_t flags;
  int64_t retry_after_ns; /* 0: the backend did not say */
  int64_t backend_code;   /* HTTP status or the like, 0 for none */
  int32_t system_errno;   /* errno, 0 for none */
  uint32_t message_size;
  char message[TALLY_ERROR_MESSAGE_BYTES]; /* UTF-8, what happened, without operation and key */
} tally_error;

/* The frame of one call. Memory of the host, valid during the call. */
#define TALLY_NO_DEADLINE INT64_MAX
typedef struct tally_call {
  uint32_t struct_size;
  uint32_t flags;              /* none yet */
  int64_t deadline_mono_ns;    /* CLOCK_MONOTONIC, or TALLY_NO_DEADLINE */
  const uint32_t *cancelled;   /* null, or a word that turns non-zero (load it with acquire order) */
  int32_t cancel_fd;           /* -1, or a descriptor that turns readable: add it to poll() */
  uint32_t reserved;
  uint8_t trace_id[16];        /* zero, or an id to put into logs */
} tally_call;

/* Where a read goes. A non-zero answer means: stop, and return that code. */
typedef struct tally_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void *self;
  /* Take a copy of the bytes. [calling thread | never blocks | data borrowed until it returns] */
  int32_t (*put)(void *self, const void *data, uint64_t size);
  /* Room for at least `want` bytes, or null when there is none. [calling thread | never blocks | the room belongs
     to the host and is valid until the next call on the sink] */
  void *(*grow)(void *self, uint64_t want, uint64_t *capacity);
  /* Keep the first `size` bytes of the room. [calling thread | never blocks] */
  int32_t (*commit)(void *self, uint64_t size);
} tally_sink;

/* What is known of an object. Caller's memory; the callee fills what it knows and leaves the rest as it found it. */
#define TALLY_KIND_FILE 1u
#define TALLY_KIND_DIRECTORY 2u
#define TALLY_UNKNOWN_SIZE UINT64_MAX
#define TALLY_UNKNOWN_TIME INT64_MIN
#define TALLY_VERSION_BYTES 63
typedef struct tally_stat {
  uint32_t struct_size;
  uint32_t kind;
  uint64_t size;         /* bytes, or TALLY_UNKNOWN_SIZE */
  int64_t modified_ns;   /* since 1970 UTC, or TALLY_UNKNOWN_TIME */
  uint8_t version_size;  /* 0: no versions */
  uint8_t version[TALLY_VERSION_BYTES];
} tally_stat;

/* One line of a listing. Memory of the plugin, borrowed by the sink. */
typedef struct tally_entry {
  uint32_t struct_size;
  uint32_t kind;
  tally_str name; /* the last segment only */
} tally_entry;

typedef struct tally_entry_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void *self;
  /* Take one entry; non-zero means: stop, and return that code. [calling thread | never blocks | entry borrowed] */
  int32_t (*put)(void *self, const tally_entry *entry);
} tally_entry_sink;

typedef struct tally_read_options {
  uint32_t struct_size;
  uint32_t flags;  /* none yet */
  uint64_t offset;
  uint64_t length; /* UINT64_MAX: to the end */
} tally_read_options;

#define TALLY_WRITE_IF_ABSENT 1u
#define TALLY_WRITE_IF_VERSION 2u
#define TALLY_WRITE_TIME_TO_LIVE 4u
typedef struct tally_write_options {
  uint32_t struct_size;
  uint32_t flags;
  tally_bytes if_version;  /* with TALLY_WRITE_IF_VERSION */
  int64_t time_to_live_ns; /* with TALLY_WRITE_TIME_TO_LIVE */
} tally_write_options;

#define TALLY_APPEND_AT_SIZE 1u
#define TALLY_APPEND_TOKEN 2u
typedef struct tally_append_options {
  uint32_t struct_size;
  uint32_t flags;
  uint64_t expected_size; /* with TALLY_APPEND_AT_SIZE */
  tally_bytes token;      /* with TALLY_APPEND_TOKEN; at most 64 bytes */
} tally_append_options;

typedef struct tally_list_options {
  uint32_t struct_size;
  uint32_t flags;        /* none yet */
  tally_str start_after; /* only names greater than this one, by bytes; empty: from the start */
  uint64_t limit;        /* 0: all */
} tally_list_options;

#define TALLY_REMOVE_RECURSIVE 1u
typedef struct tally_remove_options {
  uint32_t struct_size;
  uint32_t flags;
} tally_remove_options;

/* How the base operations of one storage behave. Equal to tally::Capability. */
#define TALLY_CAP_CREATE_EXCLUSIVE (UINT64_C(1) << 0)
#define TALLY_CAP_IF_VERSION (UINT64_C(1) << 1)
#define TALLY_CAP_TIME_TO_LIVE (UINT64_C(1) << 2)
#define TALLY_CAP_APPEND_AT (UINT64_C(1) << 3)
#define TALLY_CAP_APPEND_TOKEN (UINT64_C(1) << 4)
#define TALLY_CAP_MODIFIED_TIME (UINT64_C(1) << 5)
#define TALLY_CAP_KEEPS_EMPTY_DIRECTORIES (UINT64_C(1) << 6)
#define TALLY_CAP_SURVIVES_POWER_LOSS (UINT64_C(1) << 7)

/*
 * The operations of a storage. Keys are legal (tally/path.hpp) and, except for list, stat and a recursive remove,
 * never empty. What each operation promises is said by tally::IStorage in tally/storage.hpp.
 * destroy, read, write, append, list, stat and remove must be there; extension may be null.
 */
typedef struct tally_storage_ops {
  uint32_t struct_size;
  uint32_t reserved;
  /* Close. No other call runs or follows. [any thread | may block briefly | frees self] */
  void (*destroy)(void *self);
  /* Deliver bytes to `sink`; fill `stat` (never null) with the state read. [any thread | may block | sink borrowed] */
  int32_t (*read)(void *self, const tally_call *call, const tally_str *key, const tally_read_options *options,
                  const tally_sink *sink, tally_stat *stat, tally_error *error);
  /* Replace by the concatenation of `parts`; fill `stat->version` if known. [any thread | may block | parts borrowed] */
  int32_t (*write)(void *self, const tally_call *call, const tally_str *key, const tally_bytes *parts,
                   uint64_t part_count, const tally_write_options *options, tally_stat *stat, tally_error *error);
  /* Append the concatenation of `parts`; `size` becomes the new size or stays TALLY_UNKNOWN_SIZE.
     [any thread | may block | parts borrowed] */
  int32_t (*append)(void *self, const tally_call *call, const tally_str *key, const tally_bytes *parts,
                    uint64_t part_count, const tally_append_options *options, uint64_t *size, tally_error *error);
  /* Deliver the children in byte order; `more` becomes 1 if some follow behind the limit.
     [any thread | may block | sink borrowed] */
  int32_t (*list)(void *self, const tally_call *call, const tally_str *directory, const tally_list_options *options,
                  const tally_entry_sink *sink, uint32_t *more, tally_error *error);
  /* TALLY_E_NOT_FOUND when absent; then `error` need not be filled. [any thread | may block] */
  int32_t (*stat)(void *self, const tally_call *call, const tally_str *key, tally_stat *stat, tally_error *error);
  /* `existed` becomes 1 if there was something to remove. [any thread | may block] */
  int32_t (*remove)(void *self, const tally_call *call, const tally_str *key, const tally_remove_options *options,
                    uint32_t *existed, tally_error *error);
  /* The table of an ability by id and revision, or null. [any thread | never blocks | lives as long as self] */
  const void *(*extension)(void *self, const tally_str *id);
} tally_storage_ops;

/* Who takes care of threads. */
#define TALLY_THREADS_CONCURRENT 1u /* any number of calls at once */
#define TALLY_THREADS_SERIAL 2u     /* one call at a time; the host holds a lock */

/* An open storage: caller's memory, filled by create. */
typedef struct tally_storage {
  uint32_t struct_size;
  uint32_t thread_model;
  uint64_t capabilities;
  void *self;
  const tally_storage_ops *ops; /* constant, lives as long as the library */
} tally_storage;

/* One value of the configuration. Caller's memory; text is borrowed until create returns. */
#define TALLY_VALUE_NULL 0u
#define TALLY_VALUE_FLAG 1u    /* integer is 0 or 1 */
#define TALLY_VALUE_INTEGER 2u
#define TALLY_VALUE_NUMBER 3u
#define TALLY_VALUE_TEXT 4u
#define TALLY_VALUE_LIST 5u    /* integer is the count; elements are "name.0", "name.1", ... */
typedef struct tally_value {
  uint32_t struct_size;
  uint32_t kind;
  int64_t integer;
  double number;
  tally_str text;
} tally_value;

/* The plugin's options, already checked against what its note publishes, defaults filled in. Valid during create. */
typedef struct tally_config {
  uint32_t struct_size;
  uint32_t reserved;
  void *self;
  /* TALLY_OK, or TALLY_E_NOT_FOUND for a name that is neither set nor has a default.
     [calling thread | never blocks | value->text borrowed until create returns] */
  int32_t (*get)(void *self, const tally_str *name, tally_value *value);
} tally_config;

/* factory(TALLY_STORAGE_FACTORY) */
typedef struct tally_storage_factory {
  uint32_t struct_size;
  uint32_t reserved;
  /* Open a storage. On failure `out` is not read. [any thread | may block | config and call borrowed] */
  int32_t (*create)(const tally_config *config, const tally_call *call, tally_storage *out, tally_error *error);
} tally_storage_factory;

/* What the host offers. Valid from init until shutdown returns; every function may be called from any thread. */
#define TALLY_LOG_DEBUG 1
#define TALLY_LOG_INFO 2
#define TALLY_LOG_WARNING 3
#define TALLY_LOG_ERROR 4
typedef struct tally_host {
  uint32_t struct_size;
  uint32_t abi_minor; /* of the host */
  void *self;
  /* One line for the operator, without secrets. [any thread, no signal handler | never blocks | text borrowed] */
  void (*log)(void *self, int32_t level, const tally_str *text);
  /* CLOCK_MONOTONIC in nanoseconds. [any thread | never blocks] */
  int64_t (*now_mono)(void *self);
  /* Nanoseconds since 1970 UTC. [any thread | never blocks] */
  int64_t (*now_wall)(void *self);
  /* Attach the whole text of a long error. [thread of the failing call | never blocks | text borrowed] */
  void (*error_detail)(void *self, tally_error *error, const tally_str *text);
  /* A service by id, or null. [any thread | never blocks | lives until shutdown returns] */
  const void *(*extension)(void *self, const tally_str *id);
} tally_host;

/* The descriptor: constant data, lives as long as the library. */
typedef struct tally_plugin {
  uint32_t struct_size;
  uint16_t abi_major;      /* TALLY_ABI_MAJOR of the header it was built with */
  uint16_t abi_minor;      /* TALLY_ABI_MINOR likewise */
  uint32_t min_host_minor; /* the oldest host minor it can live with */
  uint32_t flags;          /* none yet */
  tally_str name;          /* [a-z][a-z0-9_]{0,31}, as in the file name and the note */
  tally_str version;
  tally_str note;          /* the JSON text of the note, byte for byte */
  /* Called once per process before anything else. [one thread | may block briefly | host valid until shutdown] */
  int32_t (*init)(const tally_host *host, tally_error *error);
  /* Called at most once, after the last storage is destroyed; nothing follows. [one thread | may block] */
  void (*shutdown)(void);
  /* A table by id, or null. [any thread | never blocks | lives as long as the library] */
  const void *(*factory)(const tally_str *id);
} tally_plugin;

/* The one exported symbol. Pure: no work, no I/O, the same answer each time. [any thread | never blocks] */
typedef const tally_plugin *(*tally_plugin_entry)(void);
#define TALLY_PLUGIN_ENTRY "tally_plugin_entry_v1"
const tally_plugin *tally_plugin_entry_v1(void);

#ifdef __cplusplus
}
#endif
#endif
