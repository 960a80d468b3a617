#include "plugins/storage/extensions/plugin_append_streams.hpp"

#include <atomic>

#include "plugins/storage/extensions/open_object.hpp"
#include "tally/path.hpp"

namespace tally::plugins {
namespace {

class PluginAppendStream final : public AppendStream {
 public:
  using Object = OpenObject<tally_append_stream, tally_append_stream_ops>;
  PluginAppendStream(std::shared_ptr<OpenedStorage> storage, std::string_view key, const tally_append_stream& opened)
      : object_(std::move(storage), std::string(key), opened, "table of an append stream") {}

  std::optional<std::uint64_t> submit(std::string_view content) override {
    return object_.guarded("append", [&]() -> std::optional<std::uint64_t> {
      const tally_bytes part = bytesOf(content);
      std::uint64_t ticket = 0;
      std::uint32_t accepted = 0;
      ErrorFrame error;
      error.check(callSlot(object_.ops().submit, object_.self(), &part, 1, &ticket, &accepted, &error.view));
      if (accepted == 0) return std::nullopt;
      if (ticket != given_) throw Error(ErrorCode::PluginFault, "the plugin gave a ticket out of its order");
      ++given_;
      return ticket;
    });
  }

  std::optional<std::uint64_t> wait(std::uint64_t ticket, const Call& call) override {
    return object_.guarded("append", [&] {
      if (ticket >= given_) throw Error(ErrorCode::InvalidArgument, "no append of this stream has this ticket");
      const CallFrame frame(call);
      std::uint64_t size = TALLY_UNKNOWN_SIZE;
      ErrorFrame error;
      error.check(callSlot(object_.ops().wait, object_.self(), frame.view(), ticket, &size, &error.view));
      return size == TALLY_UNKNOWN_SIZE ? std::nullopt : std::optional(size);
    });
  }

 private:
  Object object_;
  std::atomic<std::uint64_t> given_{0};
};

}  // namespace

std::unique_ptr<AppendStream> PluginAppendStreams::openAppendStream(std::string_view key,
                                                                    const AppendStreamOptions& options,
                                                                    const Call& call) {
  return opened_->guarded("append", key, [&] {
    path::check(key);
    const CallFrame frame(call);
    const tally_str name = strOf(key);
    const tally_append_stream_options view{TALLY_END_OF(tally_append_stream_options, window_count), 0,
                                           options.window_bytes, options.window_count};
    auto opened = emptyObject<tally_append_stream>();
    ErrorFrame error;
    const auto held = opened_->lock(call);
    error.check(callSlot(ops_.open, opened_->self(), frame.view(), &name, &view, &opened, &error.view));
    return std::make_unique<PluginAppendStream>(opened_, key, opened);
  });
}

}  // namespace tally::plugins
