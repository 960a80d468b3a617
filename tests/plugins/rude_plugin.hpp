#pragma once
// A plugin written against the bare C interface, in C++ that throws: it breaks the rule that it is told to break.

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tally/extensions/health.h"
#include "tally/plugin_abi.h"

namespace tally::test {

/// What the next calls do, and what happened.
struct Rude {
  std::string_view mode;                     // the rule to break
  std::vector<std::string_view> names{"a"};  // what a listing delivers
  std::size_t name_size = 0;                 // of a name without text
  std::uint32_t threads = TALLY_THREADS_CONCURRENT;
  std::atomic<int> inits{0}, creates{0}, inside{0}, most_inside{0};
  std::atomic<bool> blocked{false};  // whoever comes in waits until this is false
  const tally_host* host = nullptr;
};
inline Rude& rude() {
  static Rude state;
  return state;
}

namespace rude_slots {

inline bool breaks(std::string_view rule) { return rude().mode == rule; }
inline void throwIf(std::string_view rule) {
  if (breaks(rule)) throw std::runtime_error("thrown from " + std::string(rule));
}

/// Counts who is inside, and waits there while calls are blocked.
struct Visit {
  Visit() {
    const int now = ++rude().inside;
    if (now > rude().most_inside) rude().most_inside = now;
    while (rude().blocked) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ~Visit() { --rude().inside; }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;
};

inline void destroy(void*) { throwIf("destroy"); }

inline std::int32_t read(void*, const tally_call*, const tally_str*, const tally_read_options*, const tally_sink* sink,
                         tally_stat*, tally_error* error) {
  const Visit visit;
  if (breaks("too much room")) {
    sink->put(sink->self, "0123456789", 10);
    std::uint64_t capacity = 0;
    const void* const room = sink->grow(sink->self, UINT64_MAX - 5, &capacity);
    return room == nullptr ? sink->put(sink->self, " none", 5) : sink->put(sink->self, " room", 5);
  }
  if (breaks("null text")) return sink->put(sink->self, nullptr, 7);
  if (breaks("stale detail")) {
    const tally_str text{"the text of another call", 24};
    rude().host->error_detail(rude().host->self, error, &text);
    return TALLY_OK;
  }
  if (breaks("cut text")) {
    error->flags = TALLY_ERROR_TRUNCATED;
    error->message[0] = 'x';
    error->message_size = 1;
    return TALLY_E_CORRUPT;
  }
  return sink->put(sink->self, "0123456789", 10);
}

inline std::int32_t write(void*, const tally_call*, const tally_str*, const tally_bytes*, std::uint64_t,
                          const tally_write_options*, tally_stat*, tally_error*) {
  return TALLY_E_NO_SPACE;
}

inline std::int32_t append(void*, const tally_call*, const tally_str*, const tally_bytes*, std::uint64_t,
                           const tally_append_options*, std::uint64_t*, tally_error*) {
  return TALLY_E_OUTCOME_UNKNOWN;
}

inline std::int32_t list(void*, const tally_call*, const tally_str*, const tally_list_options*,
                         const tally_entry_sink* sink, std::uint32_t*, tally_error*) {
  for (const auto name : rude().names) {
    tally_entry entry{TALLY_END_OF(tally_entry, name), TALLY_KIND_FILE, {name.data(), name.size()}};
    if (breaks("cut entry")) entry.struct_size = TALLY_END_OF(tally_entry, kind);
    if (name.data() == nullptr) entry.name.size = rude().name_size;
    if (const auto stop = sink->put(sink->self, &entry); stop != TALLY_OK) return stop;
  }
  return TALLY_OK;
}

inline std::int32_t stat(void*, const tally_call*, const tally_str*, tally_stat* stat, tally_error*) {
  const Visit visit;
  stat->kind = TALLY_KIND_DIRECTORY;
  return TALLY_OK;
}

inline std::int32_t remove(void*, const tally_call*, const tally_str*, const tally_remove_options*, std::uint32_t*,
                           tally_error*) {
  return TALLY_OK;
}

inline std::int32_t checkHealth(void*, const tally_call*, const tally_health_sink* sink, tally_error*) {
  throwIf("ability");
  tally_health_finding finding{
      TALLY_END_OF(tally_health_finding, text), TALLY_HEALTH_WARNING, {"disk", 4}, {"\xff full", 6}};
  if (breaks("null finding")) finding.text.data = nullptr;
  if (breaks("cut finding")) finding.struct_size = TALLY_END_OF(tally_health_finding, subject);
  if (breaks("cut finding")) finding.text = {"full", 4};
  if (breaks("cut finding") || breaks("null finding") || breaks("finding that is no text"))
    return sink->put(sink->self, &finding);
  return TALLY_OK;
}

inline const void* extension(void*, const tally_str* id) {
  const Visit visit;
  throwIf("extension");
  static const tally_health_ops health{TALLY_END_OF(tally_health_ops, check), 0, checkHealth};
  return std::string_view(id->data, id->size) == TALLY_HEALTH ? &health : nullptr;
}

inline std::int32_t create(const tally_config*, const tally_call*, tally_storage* out, tally_error*) {
  static const tally_storage_ops ops{
      TALLY_END_OF(tally_storage_ops, extension), 0, destroy, read, write, append, list, stat, remove, extension};
  ++rude().creates;
  const Visit visit;
  out->thread_model = rude().threads;
  out->self = out;
  out->ops = &ops;
  return TALLY_OK;
}

inline std::int32_t init(const tally_host* host, tally_error*) {
  const Visit visit;
  throwIf("init");
  rude().host = host;
  ++rude().inits;
  return TALLY_OK;
}

inline void shutdown() { throwIf("shutdown"); }

inline const void* factory(const tally_str*) {
  throwIf("factory");
  static const tally_storage_factory made{TALLY_END_OF(tally_storage_factory, create), 0, create};
  return &made;
}

inline const tally_plugin* entry() {
  throwIf("entry");
  static constexpr std::string_view kNote =
      R"({"abi":"1.0","minHost":0,"name":"rude","version":"1.2.3","platform":"linux-x86_64-glibc","options":[]})";
  static const tally_plugin plugin{TALLY_END_OF(tally_plugin, factory),
                                   TALLY_ABI_MAJOR,
                                   TALLY_ABI_MINOR,
                                   0,
                                   0,
                                   {"rude", 4},
                                   {"1.2.3", 5},
                                   {kNote.data(), kNote.size()},
                                   init,
                                   shutdown,
                                   factory};
  return &plugin;
}

}  // namespace rude_slots
}  // namespace tally::test
