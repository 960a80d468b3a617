// The layout of the plugin interface, written down: whoever changes it by accident is told here.

#include <cstddef>

#include "support/doctest.hpp"
#include "tally/plugin_abi.h"

namespace {

struct Field {
  const char* name;
  std::size_t offset, expected;
};

#define AT(type, field, expected) \
  Field { #type "." #field, offsetof(type, field), expected }

constexpr Field kFields[] = {
    AT(tally_str, data, 0),
    AT(tally_str, size, 8),
    AT(tally_bytes, data, 0),
    AT(tally_bytes, size, 8),
    AT(tally_error, flags, 4),
    AT(tally_error, retry_after_ns, 8),
    AT(tally_error, backend_code, 16),
    AT(tally_error, system_errno, 24),
    AT(tally_error, message_size, 28),
    AT(tally_error, message, 32),
    AT(tally_call, flags, 4),
    AT(tally_call, deadline_mono_ns, 8),
    AT(tally_call, cancelled, 16),
    AT(tally_call, cancel_fd, 24),
    AT(tally_call, trace_id, 32),
    AT(tally_sink, self, 8),
    AT(tally_sink, put, 16),
    AT(tally_sink, grow, 24),
    AT(tally_sink, commit, 32),
    AT(tally_stat, kind, 4),
    AT(tally_stat, size, 8),
    AT(tally_stat, modified_ns, 16),
    AT(tally_stat, version_size, 24),
    AT(tally_stat, version, 25),
    AT(tally_entry, kind, 4),
    AT(tally_entry, name, 8),
    AT(tally_entry_sink, self, 8),
    AT(tally_entry_sink, put, 16),
    AT(tally_read_options, flags, 4),
    AT(tally_read_options, offset, 8),
    AT(tally_read_options, length, 16),
    AT(tally_write_options, flags, 4),
    AT(tally_write_options, if_version, 8),
    AT(tally_write_options, time_to_live_ns, 24),
    AT(tally_append_options, flags, 4),
    AT(tally_append_options, expected_size, 8),
    AT(tally_append_options, token, 16),
    AT(tally_list_options, flags, 4),
    AT(tally_list_options, start_after, 8),
    AT(tally_list_options, limit, 24),
    AT(tally_remove_options, flags, 4),
    AT(tally_storage_ops, destroy, 8),
    AT(tally_storage_ops, read, 16),
    AT(tally_storage_ops, write, 24),
    AT(tally_storage_ops, append, 32),
    AT(tally_storage_ops, list, 40),
    AT(tally_storage_ops, stat, 48),
    AT(tally_storage_ops, remove, 56),
    AT(tally_storage_ops, extension, 64),
    AT(tally_storage, thread_model, 4),
    AT(tally_storage, capabilities, 8),
    AT(tally_storage, self, 16),
    AT(tally_storage, ops, 24),
    AT(tally_value, kind, 4),
    AT(tally_value, integer, 8),
    AT(tally_value, number, 16),
    AT(tally_value, text, 24),
    AT(tally_config, self, 8),
    AT(tally_config, get, 16),
    AT(tally_storage_factory, create, 8),
    AT(tally_host, abi_minor, 4),
    AT(tally_host, self, 8),
    AT(tally_host, log, 16),
    AT(tally_host, now_mono, 24),
    AT(tally_host, now_wall, 32),
    AT(tally_host, error_detail, 40),
    AT(tally_host, extension, 48),
    AT(tally_plugin, abi_major, 4),
    AT(tally_plugin, abi_minor, 6),
    AT(tally_plugin, min_host_minor, 8),
    AT(tally_plugin, flags, 12),
    AT(tally_plugin, name, 16),
    AT(tally_plugin, version, 32),
    AT(tally_plugin, note, 48),
    AT(tally_plugin, init, 64),
    AT(tally_plugin, shutdown, 72),
    AT(tally_plugin, factory, 80),
};

// They lie in arrays and in the middle of other structs: frozen.
static_assert(sizeof(tally_str) == 16 && sizeof(tally_bytes) == 16);

}  // namespace

TEST_CASE("abi: every field lies where the first release put it") {
  for (const Field& field : kFields) {
    CAPTURE(field.name);
    CHECK(field.offset == field.expected);
  }
}

TEST_CASE("abi: struct_size is the end of the last field") {
  CHECK(TALLY_END_OF(tally_error, message) == 512);
  CHECK(TALLY_END_OF(tally_stat, version) == 88);
  CHECK(TALLY_END_OF(tally_plugin, factory) == 88);
  CHECK(TALLY_END_OF(tally_storage_ops, extension) == 72);
}
