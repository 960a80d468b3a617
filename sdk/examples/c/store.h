/* Objects by key, in memory, in the order of a folder tree: '/' sorts before every other byte, so that what lies in a
 * directory stands together, where the directory's name stands among its siblings. Not thread-safe. */
#ifndef STORE_H
#define STORE_H

#include <stddef.h>
#include <stdint.h>

#include "tally/plugin_abi.h"

typedef struct object {
  char* key; /* no terminator */
  size_t key_size;
  char* bytes;
  size_t size, room;
  uint64_t version;
  int64_t modified_ns;
} object;

typedef struct store {
  object** objects;
  size_t count, room;
  uint64_t last_version; /* one counter for all: what is removed and made again never looks unchanged */
} store;

/* A new empty store, or null without memory. */
store* store_new(void);
void store_free(store* s);

/* The place of the first object whose key is not less. */
size_t store_seek(const store* s, const char* key, size_t size);
/* The object, or null. */
object* store_find(const store* s, tally_str key);
/* The object, made empty if it is not there; null without memory. */
object* store_place(store* s, tally_str key);
/* Take out objects and free them. */
void store_drop(store* s, size_t first, size_t count);

/* Whether the object at a place is there and its key begins so. */
int store_begins(const store* s, size_t at, const char* start, size_t size);
/* Whether there is an object below `key`; then `key` is a directory. */
int store_has_children(const store* s, tally_str key);
/* Whether a segment above `key` is an object. */
int store_is_below_file(const store* s, tally_str key);

/* Room for so many bytes more in an object; 0 without memory. */
int object_reserve(object* o, size_t more);

#endif
