/* A backend in C11: keeps everything in memory until it is closed. What each operation promises is said in
 * tally/storage.hpp; the host takes the lock (TALLY_THREADS_SERIAL), so that nothing here has to. */
#include <stdlib.h>
#include <string.h>

#include "store.h"
#include "tally/sdk/plugin.h"

#define NAME "c_memory"
#define VERSION "0.1.0"
#define NOTE TALLY_NOTE_TEXT(NAME, VERSION, "Keeps everything in memory, written in C.", "[]")

enum { KEY_MAX = 512 };

TALLY_PLUGIN_NOTE(NOTE);

static const tally_host* host;

static int32_t not_there(const store* s, tally_str key, tally_error* error) {
  if (store_has_children(s, key)) return tally_fail(error, TALLY_E_IS_A_DIRECTORY, "it is a directory");
  return tally_fail(error, TALLY_E_NOT_FOUND, "there is no such object");
}

/* Whether a file may stand at the key. */
static int32_t check_place(const store* s, tally_str key, tally_error* error) {
  if (store_has_children(s, key)) return tally_fail(error, TALLY_E_IS_A_DIRECTORY, "it is a directory");
  if (!store_is_below_file(s, key)) return TALLY_OK;
  return tally_fail(error, TALLY_E_NOT_A_DIRECTORY, "a segment above it is a file");
}

static void describe(const object* o, tally_stat* stat) {
  stat->kind = TALLY_KIND_FILE;
  stat->size = o->size;
  stat->modified_ns = o->modified_ns;
  stat->version_size = sizeof o->version;
  memcpy(stat->version, &o->version, sizeof o->version);
}

static void touch(store* s, object* o) {
  o->version = ++s->last_version;
  o->modified_ns = host->now_wall(host->self);
}

static size_t total(const tally_bytes* parts, uint64_t part_count) {
  size_t size = 0;
  for (uint64_t i = 0; i < part_count; ++i) size += parts[i].size;
  return size;
}

/* The room is there already. */
static void put_parts(object* o, const tally_bytes* parts, uint64_t part_count) {
  for (uint64_t i = 0; i < part_count; ++i) {
    if (parts[i].size != 0) memcpy(o->bytes + o->size, parts[i].data, parts[i].size);
    o->size += parts[i].size;
  }
}

static int32_t read_object(void* self, const tally_call* call, const tally_str* key, const tally_read_options* options,
                           const tally_sink* sink, tally_stat* stat, tally_error* error) {
  const store* s = self;
  int32_t code = tally_call_check(call, host, error);
  if (code == TALLY_OK) code = tally_flags_check(options->flags, 0, error);
  if (code != TALLY_OK) return code;
  const object* o = store_find(s, *key);
  if (o == NULL) return not_there(s, *key, error);
  if (options->offset > o->size) {
    return tally_fail(error, TALLY_E_RANGE_NOT_SATISFIED, "the range begins behind the end");
  }
  const uint64_t left = o->size - options->offset;
  describe(o, stat);
  return sink->put(sink->self, left == 0 ? "" : o->bytes + options->offset,
                   options->length < left ? options->length : left);
}

static int32_t check_conditions(const object* o, const tally_write_options* options, tally_error* error) {
  if ((options->flags & TALLY_WRITE_IF_ABSENT) != 0 && o != NULL) {
    return tally_fail(error, TALLY_E_ALREADY_EXISTS, "it exists already");
  }
  if ((options->flags & TALLY_WRITE_IF_VERSION) == 0) return TALLY_OK;
  if (o != NULL && options->if_version.size == sizeof o->version &&
      memcmp(options->if_version.data, &o->version, sizeof o->version) == 0) {
    return TALLY_OK;
  }
  return tally_fail(error, TALLY_E_CONFLICT, "it is not in the expected version");
}

static int32_t write_object(void* self, const tally_call* call, const tally_str* key, const tally_bytes* parts,
                            uint64_t part_count, const tally_write_options* options, tally_stat* stat,
                            tally_error* error) {
  store* s = self;
  int32_t code = tally_call_check(call, host, error);
  if (code == TALLY_OK) code = tally_flags_check(options->flags, TALLY_WRITE_IF_ABSENT | TALLY_WRITE_IF_VERSION, error);
  if (code == TALLY_OK) code = check_place(s, *key, error);
  if (code == TALLY_OK) code = check_conditions(store_find(s, *key), options, error);
  if (code != TALLY_OK) return code;
  object next = {0}; /* what may run out of memory comes before the first change */
  if (!object_reserve(&next, total(parts, part_count))) return tally_fail(error, TALLY_E_EXHAUSTED, "out of memory");
  object* o = store_place(s, *key);
  if (o == NULL) {
    free(next.bytes);
    return tally_fail(error, TALLY_E_EXHAUSTED, "out of memory");
  }
  put_parts(&next, parts, part_count);
  free(o->bytes);
  o->bytes = next.bytes;
  o->size = next.size;
  o->room = next.room;
  touch(s, o);
  describe(o, stat);
  return TALLY_OK;
}

static int32_t append_object(void* self, const tally_call* call, const tally_str* key, const tally_bytes* parts,
                             uint64_t part_count, const tally_append_options* options, uint64_t* size,
                             tally_error* error) {
  store* s = self;
  int32_t code = tally_call_check(call, host, error);
  if (code == TALLY_OK) code = tally_flags_check(options->flags, TALLY_APPEND_AT_SIZE, error);
  if (code == TALLY_OK) code = check_place(s, *key, error);
  if (code != TALLY_OK) return code;
  const object* before = store_find(s, *key);
  const uint64_t old_size = before == NULL ? 0 : before->size;
  if ((options->flags & TALLY_APPEND_AT_SIZE) != 0 && options->expected_size != old_size) {
    return tally_fail(error, TALLY_E_CONFLICT, "it has not the expected size");
  }
  object* o = store_place(s, *key); /* an empty append creates an empty object */
  if (o == NULL) return tally_fail(error, TALLY_E_EXHAUSTED, "out of memory");
  if (!object_reserve(o, total(parts, part_count))) {
    if (before == NULL) store_drop(s, store_seek(s, key->data, key->size), 1);
    return tally_fail(error, TALLY_E_EXHAUSTED, "out of memory");
  }
  put_parts(o, parts, part_count);
  touch(s, o);
  *size = o->size;
  return TALLY_OK;
}

/* `directory` with a '/' behind it, unless it is the root. */
static size_t folder_of(const tally_str* directory, char* folder) {
  if (directory->size == 0) return 0;
  memcpy(folder, directory->data, directory->size);
  folder[directory->size] = '/';
  return directory->size + 1;
}

/* Where the names behind this one's subtree begin: keys hold no NUL, so '\x01' is the least byte to go on with. */
static size_t seek_behind(const store* s, char* folder, size_t folder_size, const char* name, size_t name_size) {
  const size_t size = name_size < KEY_MAX ? name_size : KEY_MAX;
  memcpy(folder + folder_size, name, size);
  folder[folder_size + size] = '\x01';
  return store_seek(s, folder, folder_size + size + 1);
}

static int32_t list_objects(void* self, const tally_call* call, const tally_str* directory,
                            const tally_list_options* options, const tally_entry_sink* sink, uint32_t* more,
                            tally_error* error) {
  const store* s = self;
  char folder[2 * KEY_MAX + 2];
  int32_t code = tally_call_check(call, host, error);
  if (code == TALLY_OK) code = tally_flags_check(options->flags, 0, error);
  if (code != TALLY_OK) return code;
  const size_t folder_size = folder_of(directory, folder);
  const tally_str after = options->start_after;
  size_t at = after.size == 0 ? store_seek(s, folder, folder_size)
                              : seek_behind(s, folder, folder_size, after.data, after.size);
  *more = 0;
  for (uint64_t delivered = 0; store_begins(s, at, folder, folder_size); ++delivered) {
    if (options->limit != 0 && delivered == options->limit) {
      *more = 1;
      break;
    }
    const char* name = s->objects[at]->key + folder_size;
    const size_t left = s->objects[at]->key_size - folder_size;
    const char* slash = memchr(name, '/', left);
    const size_t size = slash == NULL ? left : (size_t)(slash - name);
    const tally_entry entry = {
        TALLY_END_OF(tally_entry, name), slash == NULL ? TALLY_KIND_FILE : TALLY_KIND_DIRECTORY, {name, size}};
    code = sink->put(sink->self, &entry);
    if (code != TALLY_OK) return code;
    at = slash == NULL ? at + 1 : seek_behind(s, folder, folder_size, name, size);
  }
  return TALLY_OK;
}

static int32_t stat_object(void* self, const tally_call* call, const tally_str* key, tally_stat* stat,
                           tally_error* error) {
  const store* s = self;
  const int32_t code = tally_call_check(call, host, error);
  if (code != TALLY_OK) return code;
  const object* o = key->size == 0 ? NULL : store_find(s, *key);
  if (o != NULL) {
    describe(o, stat);
    return TALLY_OK;
  }
  if (key->size != 0 && !store_has_children(s, *key)) return TALLY_E_NOT_FOUND;
  stat->kind = TALLY_KIND_DIRECTORY; /* the root is there even when it is empty */
  return TALLY_OK;
}

static int32_t remove_object(void* self, const tally_call* call, const tally_str* key,
                             const tally_remove_options* options, uint32_t* existed, tally_error* error) {
  store* s = self;
  char folder[2 * KEY_MAX + 2];
  int32_t code = tally_call_check(call, host, error);
  if (code == TALLY_OK) code = tally_flags_check(options->flags, TALLY_REMOVE_RECURSIVE, error);
  if (code != TALLY_OK) return code;
  const size_t at = store_seek(s, key->data, key->size);
  *existed = key->size == 0 || store_find(s, *key) != NULL || store_has_children(s, *key);
  if (!*existed) return TALLY_OK;
  if (key->size != 0 && store_find(s, *key) != NULL) {
    store_drop(s, at, 1);
    return TALLY_OK;
  }
  if ((options->flags & TALLY_REMOVE_RECURSIVE) == 0) {
    return tally_fail(error, TALLY_E_IS_A_DIRECTORY, "it is a directory; remove it recursively");
  }
  /* The subtree begins with the key and a '/', so that "c1" does not take "c10" along. */
  const size_t folder_size = folder_of(key, folder);
  const size_t first = store_seek(s, folder, folder_size);
  size_t last = first;
  while (store_begins(s, last, folder, folder_size)) ++last;
  store_drop(s, first, last - first);
  return TALLY_OK;
}

static void destroy(void* self) { store_free(self); }

static const tally_storage_ops operations = {TALLY_END_OF(tally_storage_ops, extension),
                                             0,
                                             destroy,
                                             read_object,
                                             write_object,
                                             append_object,
                                             list_objects,
                                             stat_object,
                                             remove_object,
                                             NULL};

static int32_t create(const tally_config* config, const tally_call* call, tally_storage* out, tally_error* error) {
  (void)config, (void)call;
  out->self = store_new();
  if (out->self == NULL) return tally_fail(error, TALLY_E_EXHAUSTED, "out of memory");
  out->thread_model = TALLY_THREADS_SERIAL;
  out->capabilities = TALLY_CAP_CREATE_EXCLUSIVE | TALLY_CAP_IF_VERSION | TALLY_CAP_APPEND_AT | TALLY_CAP_MODIFIED_TIME;
  out->ops = &operations;
  return TALLY_OK;
}

static int32_t init(const tally_host* services, tally_error* error) {
  (void)error;
  host = services;
  return TALLY_OK;
}

static void shutdown(void) {}

static const void* factory(const tally_str* id) {
  static const tally_storage_factory storages = {TALLY_END_OF(tally_storage_factory, create), 0, create};
  const tally_str wanted = TALLY_STR(TALLY_STORAGE_FACTORY);
  return id->size == wanted.size && memcmp(id->data, wanted.data, wanted.size) == 0 ? &storages : NULL;
}

__attribute__((visibility("default"))) const tally_plugin* tally_plugin_entry_v1(void) {
  static const tally_plugin plugin = {TALLY_END_OF(tally_plugin, factory),
                                      TALLY_ABI_MAJOR,
                                      TALLY_ABI_MINOR,
                                      0,
                                      0,
                                      TALLY_STR(NAME),
                                      TALLY_STR(VERSION),
                                      {tally_plugin_note.text, sizeof(NOTE) - 1},
                                      init,
                                      shutdown,
                                      factory};
  return &plugin;
}
