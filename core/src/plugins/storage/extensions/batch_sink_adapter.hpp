#pragma once
// The C++ sink of a batch as a C sink, which holds the plugin to one result an item.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/boundary/sink_guard.hpp"
#include "plugins/boundary/views.hpp"
#include "tally/extensions/batch.h"
#include "tally/extensions/batch.hpp"

namespace tally::plugins {

/// Lives for one batch. `operation` and `backend` are told in the errors of its items.
class BatchSinkAdapter {
 public:
  BatchSinkAdapter(BatchSink& out, const Batch::Keys& keys, const std::string& backend, const char* operation)
      : out_(out), keys_(keys), backend_(backend), operation_(operation), done_(keys.size(), false) {
    view_ = {TALLY_END_OF(tally_batch_sink, put), 0, this, put};
  }
  const tally_batch_sink* view() const noexcept { return &view_; }
  void rethrow() const { guard_.rethrow(); }
  /// After a success. Errors: PluginFault if an item has no result.
  void checkComplete() const {
    if (count_ == keys_.size()) return;
    throw Error(ErrorCode::PluginFault, "the plugin gave " + std::to_string(count_) + " results for a batch of " +
                                            std::to_string(keys_.size()));
  }

 private:
  static std::int32_t put(void* self, const tally_batch_result* result) noexcept {
    auto& sink = *static_cast<BatchSinkAdapter*>(self);
    constexpr std::uint32_t kWhole =
        TALLY_END_OF(tally_batch_result, error);  // NOLINT(bugprone-sizeof-expression): of the pointer
    if (result->struct_size < kWhole || result->index >= sink.keys_.size()) {
      return sink.guard_.fault("the plugin gave a result for an item that the batch does not have");
    }
    if (isNowhere(result->content)) return sink.guard_.fault("the plugin gave a result whose bytes lie nowhere");
    if (sink.done_[result->index]) return sink.guard_.fault("the plugin gave two results for one item of a batch");
    sink.done_[result->index] = true;
    ++sink.count_;
    return sink.guard_.attempt([&] { sink.pass(*result); });
  }
  void pass(const tally_batch_result& result) {
    if (result.code == TALLY_OK) {
      out_.take(result.index, viewOf(result.content), StatFrame(result.stat).stat());
      return;
    }
    out_.fail(result.index, errorOf(result).at(backend_, operation_, keys_[result.index]));
  }
  static Error errorOf(const tally_batch_result& result) {
    if (result.error != nullptr && TALLY_HAS(result.error, tally_error, message)) {
      return toError(result.code, *result.error);
    }
    return toError(result.code, ErrorFrame().view);
  }

  BatchSink& out_;
  const Batch::Keys& keys_;
  const std::string& backend_;
  const char* operation_;
  std::vector<bool> done_;
  std::size_t count_ = 0;
  tally_batch_sink view_;
  SinkGuard guard_;
};

}  // namespace tally::plugins
