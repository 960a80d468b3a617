#include "store.h"

#include <stdlib.h>
#include <string.h>

static int rank(char c) { return c == '/' ? 0 : (unsigned char)c; } /* keys hold no NUL */

static int compare(const char* a, size_t a_size, const char* b, size_t b_size) {
  const size_t common = a_size < b_size ? a_size : b_size;
  for (size_t i = 0; i < common; ++i) {
    if (a[i] != b[i]) return rank(a[i]) - rank(b[i]);
  }
  return (a_size > b_size) - (a_size < b_size);
}

static void object_free(object* o) {
  if (o == NULL) return;
  free(o->key);
  free(o->bytes);
  free(o);
}

static object* object_new(tally_str key) {
  object* o = calloc(1, sizeof *o);
  if (o == NULL) return NULL;
  o->key = malloc(key.size);
  if (o->key == NULL) {
    free(o);
    return NULL;
  }
  memcpy(o->key, key.data, key.size);
  o->key_size = key.size;
  return o;
}

int object_reserve(object* o, size_t more) {
  if (more <= o->room - o->size) return 1;
  if (more > SIZE_MAX / 2 - o->size) return 0;
  const size_t room = o->size + more > 2 * o->room ? o->size + more : 2 * o->room;
  char* bytes = realloc(o->bytes, room);
  if (bytes == NULL) return 0;
  o->bytes = bytes;
  o->room = room;
  return 1;
}

store* store_new(void) { return calloc(1, sizeof(store)); }

void store_free(store* s) {
  for (size_t i = 0; i < s->count; ++i) object_free(s->objects[i]);
  free(s->objects);
  free(s);
}

size_t store_seek(const store* s, const char* key, size_t size) {
  size_t low = 0, high = s->count;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    const object* o = s->objects[middle];
    if (compare(o->key, o->key_size, key, size) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

object* store_find(const store* s, tally_str key) {
  const size_t at = store_seek(s, key.data, key.size);
  if (at == s->count) return NULL;
  object* o = s->objects[at];
  return o->key_size == key.size && memcmp(o->key, key.data, key.size) == 0 ? o : NULL;
}

object* store_place(store* s, tally_str key) {
  object* o = store_find(s, key);
  if (o != NULL) return o;
  if (s->count == s->room) {
    const size_t room = s->room == 0 ? 16 : 2 * s->room;
    object** objects = realloc(s->objects, room * sizeof *objects);
    if (objects == NULL) return NULL;
    s->objects = objects;
    s->room = room;
  }
  o = object_new(key);
  if (o == NULL) return NULL;
  const size_t at = store_seek(s, key.data, key.size);
  memmove(s->objects + at + 1, s->objects + at, (s->count - at) * sizeof *s->objects);
  s->objects[at] = o;
  ++s->count;
  return o;
}

void store_drop(store* s, size_t first, size_t count) {
  for (size_t i = 0; i < count; ++i) object_free(s->objects[first + i]);
  memmove(s->objects + first, s->objects + first + count, (s->count - first - count) * sizeof *s->objects);
  s->count -= count;
}

int store_begins(const store* s, size_t at, const char* start, size_t size) {
  if (at >= s->count || s->objects[at]->key_size < size) return 0;
  return memcmp(s->objects[at]->key, start, size) == 0;
}

int store_has_children(const store* s, tally_str key) {
  /* '/' sorts first: what follows the key directly is its child, if it has one. */
  size_t at = store_seek(s, key.data, key.size);
  if (store_find(s, key) != NULL) ++at;
  return store_begins(s, at, key.data, key.size) &&
         (key.size == 0 || (s->objects[at]->key_size > key.size && s->objects[at]->key[key.size] == '/'));
}

int store_is_below_file(const store* s, tally_str key) {
  for (size_t end = key.size; end-- > 0;) {
    const tally_str above = {key.data, end};
    if (key.data[end] == '/' && store_find(s, above) != NULL) return 1;
  }
  return 0;
}
