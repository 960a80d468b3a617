#include "plugins/storage/extensions/plugin_reindex.hpp"

#include "plugins/boundary/sink_guard.hpp"

namespace tally::plugins {
namespace {

class ProgressAdapter {
 public:
  explicit ProgressAdapter(ReindexProgress& out) noexcept : out_(out) {
    view_ = {TALLY_END_OF(tally_reindex_progress, put), 0, this, put};
  }
  const tally_reindex_progress* view() const noexcept { return &view_; }
  void rethrow() const { guard_.rethrow(); }

 private:
  static std::int32_t put(void* self, std::uint64_t looked_at) noexcept {
    auto& sink = *static_cast<ProgressAdapter*>(self);
    return sink.guard_.attempt([&] { sink.out_.lookedAt(looked_at); });
  }

  ReindexProgress& out_;
  tally_reindex_progress view_;
  SinkGuard guard_;
};

}  // namespace

ReindexResult PluginReindex::rebuildIndex(ReindexProgress& progress, const Call& call) {
  return opened_->guarded("reindex", {}, [&] {
    const CallFrame frame(call);
    ProgressAdapter sink(progress);
    tally_reindex_result view{TALLY_END_OF(tally_reindex_result, dropped), 0, 0, 0, 0};
    ErrorFrame error;
    const auto held = opened_->lock(call);
    const std::int32_t code = callSlot(ops_.rebuild, opened_->self(), frame.view(), sink.view(), &view, &error.view);
    sink.rethrow();
    error.check(code);
    return ReindexResult{view.objects, view.added, view.dropped};
  });
}

}  // namespace tally::plugins
