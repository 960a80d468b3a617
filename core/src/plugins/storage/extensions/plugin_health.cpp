#include "plugins/storage/extensions/plugin_health.hpp"

#include "plugins/boundary/sink_guard.hpp"
#include "tally/path.hpp"

namespace tally::plugins {
namespace {

class HealthSinkAdapter {
 public:
  explicit HealthSinkAdapter(HealthSink& out) noexcept : out_(out) {
    view_ = {TALLY_END_OF(tally_health_sink, put), 0, this, put};
  }
  const tally_health_sink* view() const noexcept { return &view_; }
  void rethrow() const { guard_.rethrow(); }

 private:
  static std::int32_t put(void* self, const tally_health_finding* finding) noexcept {
    auto& sink = *static_cast<HealthSinkAdapter*>(self);
    if (finding->struct_size < TALLY_END_OF(tally_health_finding, text)) {
      return sink.guard_.fault("the plugin told a finding that is cut short");
    }
    if (finding->level < TALLY_HEALTH_GOOD || finding->level > TALLY_HEALTH_FAULT) {
      return sink.guard_.fault("the plugin told a level of health that is none");
    }
    if (!isText(finding->subject) || !isText(finding->text)) {
      return sink.guard_.fault("the plugin told a finding that is no text");
    }
    return sink.guard_.attempt([&] {
      sink.out_.take(static_cast<HealthLevel>(finding->level), viewOf(finding->subject), viewOf(finding->text));
    });
  }

  static bool isText(const tally_str& text) noexcept { return !isNowhere(text) && path::detail::isUtf8(viewOf(text)); }

  HealthSink& out_;
  tally_health_sink view_;
  SinkGuard guard_;
};

}  // namespace

void PluginHealth::checkHealth(HealthSink& out, const Call& call) {
  opened_->guarded("health", {}, [&] {
    const CallFrame frame(call);
    HealthSinkAdapter sink(out);
    ErrorFrame error;
    const auto held = opened_->lock(call);
    const std::int32_t code = callSlot(ops_.check, opened_->self(), frame.view(), sink.view(), &error.view);
    sink.rethrow();
    error.check(code);
  });
}

}  // namespace tally::plugins
