#pragma once
/*
 * Helpers for plugins in C11, over tally/plugin_abi.h: the note, texts, errors, and the end of a call. Nothing of it is
 * needed by the host; a plugin may fill the structs in its own way. sdk/examples/c is a whole plugin.
 */
#include <string.h>

#include "tally/plugin_abi.h"

#define TALLY_DETAIL_QUOTE(x) #x
#define TALLY_DETAIL_NUMBER(x) TALLY_DETAIL_QUOTE(x)

#if defined(__x86_64__) && defined(__GLIBC__)
#define TALLY_PLATFORM "linux-x86_64-glibc"
#elif defined(__aarch64__) && defined(__GLIBC__)
#define TALLY_PLATFORM "linux-aarch64-glibc"
#elif defined(__x86_64__)
#define TALLY_PLATFORM "linux-x86_64-other"
#else
#define TALLY_PLATFORM "linux-aarch64-other"
#endif

/* The text of a note from literals. `options` is a JSON array such as
   "[{\"name\":\"size\",\"type\":\"integer\",\"minimum\":1,\"default\":3,\"doc\":\"How many.\"}]". */
#define TALLY_NOTE_TEXT(name, version, summary, options) TALLY_NOTE_TEXT_OFFERING(name, version, summary, "[]", options)

/* The same with the ids of optional abilities, as a JSON array: "[\"" TALLY_HEALTH "\"]". */
#define TALLY_NOTE_TEXT_OFFERING(name, version, summary, extensions, options)                                      \
  "{\"abi\":\"" TALLY_DETAIL_NUMBER(TALLY_ABI_MAJOR) "." TALLY_DETAIL_NUMBER(                                      \
      TALLY_ABI_MINOR) "\",\"minHost\":0,\"name\":\"" name "\",\"version\":\"" version "\",\"summary\":\"" summary \
                       "\",\"platform\":\"" TALLY_PLATFORM "\",\"extensions\":" extensions ",\"options\":" options "}"

/* Put a note into the file, at namespace scope and once: TALLY_PLUGIN_NOTE(TALLY_NOTE_TEXT(...)); */
#define TALLY_PLUGIN_NOTE(literal)                                                  \
  static const struct {                                                             \
    uint32_t owner_size, text_size, type;                                           \
    char owner[8];                                                                  \
    char text[(sizeof(literal) + 2) / 4 * 4];                                       \
  } tally_plugin_note __attribute__((section(".note.tally"), used, aligned(4))) = { \
      sizeof(TALLY_NOTE_OWNER), sizeof(literal) - 1, TALLY_NOTE_TYPE, "tally", literal}

/* The initialiser of a tally_str from a literal. */
#define TALLY_STR(literal) \
  { literal, sizeof(literal) - 1 }

/* Say why, and return the code: return tally_fail(error, TALLY_E_NOT_FOUND, "there is no such object"); */
static inline int32_t tally_fail(tally_error* error, int32_t code, const char* message) {
  size_t size = strlen(message);
  if (error == NULL || !TALLY_HAS(error, tally_error, message)) return code;
  if (size > sizeof(error->message)) {
    size = sizeof(error->message);
    while (size > 0 && ((unsigned char)message[size] & 0xC0u) == 0x80) --size; /* not inside of a character */
    error->flags |= TALLY_ERROR_TRUNCATED;
  }
  memcpy(error->message, message, size);
  error->message_size = (uint32_t)size;
  return code;
}

/* TALLY_OK, or why the call must not go on. Ask at the beginning and between steps. `host` is what init was given. */
static inline int32_t tally_call_check(const tally_call* call, const tally_host* host, tally_error* error) {
  if (call->cancelled != NULL && __atomic_load_n(call->cancelled, __ATOMIC_ACQUIRE) != 0) {
    return tally_fail(error, TALLY_E_CANCELLED, "the caller cancelled the call");
  }
  if (call->deadline_mono_ns != TALLY_NO_DEADLINE && host->now_mono(host->self) >= call->deadline_mono_ns) {
    if (error != NULL) error->flags |= TALLY_ERROR_RETRYABLE;
    return tally_fail(error, TALLY_E_TIMEOUT, "the deadline has passed");
  }
  return TALLY_OK;
}

/* Unknown flags are refused, never ignored. */
static inline int32_t tally_flags_check(uint32_t flags, uint32_t known, tally_error* error) {
  if ((flags & ~known) == 0) return TALLY_OK;
  return tally_fail(error, TALLY_E_UNSUPPORTED, "the host asks for an option that this plugin does not know");
}
