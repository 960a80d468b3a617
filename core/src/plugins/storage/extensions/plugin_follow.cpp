#include "plugins/storage/extensions/plugin_follow.hpp"

#include "plugins/boundary/sink_adapters.hpp"
#include "plugins/storage/extensions/open_object.hpp"
#include "tally/path.hpp"

namespace tally::plugins {
namespace {

constexpr std::size_t kMaxCursorBytes = 255;

class PluginFollower final : public Follower {
 public:
  using Object = OpenObject<tally_follower, tally_follower_ops>;
  PluginFollower(std::shared_ptr<OpenedStorage> storage, std::string_view key, const tally_follower& opened)
      : object_(std::move(storage), std::string(key), opened, "table of a follower") {}

  FollowEvent next(ByteSink& out, std::uint64_t max_bytes, const Call& call) override {
    return object_.guarded("follow", [&] {
      const CallFrame frame = CallFrame::waiting(call);
      ByteSinkAdapter sink(out);
      std::uint32_t event = TALLY_FOLLOW_NOTHING;
      ErrorFrame error;
      const std::int32_t code =
          callSlot(object_.ops().next, object_.self(), frame.view(), max_bytes, sink.view(), &event, &error.view);
      sink.rethrow();
      error.check(code);
      if (event > TALLY_FOLLOW_REMOVED) throw Error(ErrorCode::PluginFault, "the plugin told an event that is none");
      return static_cast<FollowEvent>(event);
    });
  }

  std::string cursor() const override {
    return object_.guarded("follow", [&] {
      std::string text;
      {
        StringSink bytes(text);
        ByteSinkAdapter sink(bytes);
        ErrorFrame error;
        const std::int32_t code = callSlot(object_.ops().cursor, object_.self(), sink.view(), &error.view);
        sink.rethrow();
        error.check(code);
      }
      if (text.empty() || text.size() > kMaxCursorBytes) {
        throw Error(ErrorCode::PluginFault, "the plugin's cursor does not have 1 to 255 bytes");
      }
      return text;
    });
  }

 private:
  Object object_;
};

tally_follow_options followView(const FollowOptions& options) {
  if (options.cursor.size() > kMaxCursorBytes) {
    throw Error(ErrorCode::InvalidArgument, "this is no cursor: it has more than 255 bytes");
  }
  tally_follow_options view{TALLY_END_OF(tally_follow_options, cursor), 0, strOf(options.cursor)};
  if (options.from_end) view.flags |= TALLY_FOLLOW_FROM_END;
  if (!options.cursor.empty()) view.flags |= TALLY_FOLLOW_FROM_CURSOR;
  if (options.must_exist) view.flags |= TALLY_FOLLOW_MUST_EXIST;
  return view;
}

}  // namespace

std::unique_ptr<Follower> PluginFollow::openFollower(std::string_view key, const FollowOptions& options,
                                                     const Call& call) {
  return opened_->guarded("follow", key, [&] {
    path::check(key);
    const tally_follow_options view = followView(options);
    const CallFrame frame(call);
    const tally_str name = strOf(key);
    auto opened = emptyObject<tally_follower>();
    ErrorFrame error;
    const auto held = opened_->lock(call);
    error.check(callSlot(ops_.open, opened_->self(), frame.view(), &name, &view, &opened, &error.view));
    return std::make_unique<PluginFollower>(opened_, key, opened);
  });
}

}  // namespace tally::plugins
