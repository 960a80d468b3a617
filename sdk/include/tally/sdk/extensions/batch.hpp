#pragma once
// tally.batch/1: a Batch behind its C table.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tally/extensions/batch.h"
#include "tally/extensions/batch.hpp"
#include "tally/sdk/extensions/open_object.hpp"
#include "tally/sdk/host_sinks.hpp"

namespace tally::sdk::detail {

class HostBatchSink final : public BatchSink {
  static constexpr std::uint32_t kResultBytes =
      TALLY_END_OF(tally_batch_result, error);  // NOLINT(bugprone-sizeof-expression): of the pointer

 public:
  explicit HostBatchSink(const tally_batch_sink* sink) noexcept : outlet_(sink) {}
  void take(std::size_t index, std::string_view content, const StorageStat& stat) override {
    tally_stat view{};
    view.struct_size = TALLY_END_OF(tally_stat, version);
    fillStat(&view, stat);
    const tally_batch_result result{kResultBytes, TALLY_OK, index, {content.data(), content.size()}, &view, nullptr};
    outlet_.put(&result);
  }
  void fail(std::size_t index, const Error& error) override {
    tally_error why{};
    why.struct_size = TALLY_END_OF(tally_error, message);
    const std::int32_t code = report(&why, error);
    const tally_batch_result result{kResultBytes, code, index, {nullptr, 0}, nullptr, &why};
    outlet_.put(&result);
  }

 private:
  Outlet<tally_batch_sink> outlet_;
};

inline std::int32_t readMany(void* self, const tally_call* call, const tally_str* keys, std::uint64_t count,
                             const tally_batch_sink* sink, tally_error* error) {
  return guarded(error, [&] {
    HostBatchSink out(sink);
    abilityOf<Batch>(self).readMany(viewsOf(keys, count), out, callOf(call));
  });
}

inline std::int32_t writeMany(void* self, const tally_call* call, const tally_str* keys, const tally_bytes* contents,
                              std::uint64_t count, const tally_write_options* options, const tally_batch_sink* sink,
                              tally_error* error) {
  return guarded(error, [&] {
    const WriteOptions how = optionsOf(*options);
    if (failed()) return;
    std::vector<std::string_view> values;
    values.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) values.push_back(viewOf(contents[i]));
    HostBatchSink out(sink);
    abilityOf<Batch>(self).writeMany(viewsOf(keys, count), values, how, out, callOf(call));
  });
}

inline std::int32_t statMany(void* self, const tally_call* call, const tally_str* keys, std::uint64_t count,
                             const tally_batch_sink* sink, tally_error* error) {
  return guarded(error, [&] {
    HostBatchSink out(sink);
    abilityOf<Batch>(self).statMany(viewsOf(keys, count), out, callOf(call));
  });
}

inline std::int32_t removeMany(void* self, const tally_call* call, const tally_str* keys, std::uint64_t count,
                               const tally_remove_options* options, const tally_batch_sink* sink, tally_error* error) {
  return guarded(error, [&] {
    const RemoveOptions how = optionsOf(*options);
    if (failed()) return;
    HostBatchSink out(sink);
    abilityOf<Batch>(self).removeMany(viewsOf(keys, count), how, out, callOf(call));
  });
}

inline constexpr tally_batch_ops kBatchOps = {
    TALLY_END_OF(tally_batch_ops, remove_many), 0, readMany, writeMany, statMany, removeMany};

}  // namespace tally::sdk::detail
