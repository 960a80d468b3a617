#include "plugins/storage/plugin_storage.hpp"

#include <utility>

#include "plugins/boundary/call_frame.hpp"
#include "plugins/boundary/option_views.hpp"
#include "plugins/boundary/sink_adapters.hpp"
#include "plugins/boundary/views.hpp"

namespace tally::plugins {

PluginStorage::PluginStorage(PluginUse plugin, const tally_storage& opened)
    : opened_(std::make_shared<OpenedStorage>(std::move(plugin), opened)),
      capabilities_(opened.capabilities),
      abilities_(opened_, capabilities_) {}

StorageStat PluginStorage::read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) {
  return opened_->guarded("read", key, [&]() TALLY_DETAIL_INLINE {
    path::check(key);
    const CallFrame frame(call);
    const tally_str name = strOf(key);
    const tally_read_options options{TALLY_END_OF(tally_read_options, length), 0, range.offset, range.length};
    ByteSinkAdapter sink(out, range.length);
    StatFrame stat;
    ErrorFrame error;
    const auto held = opened_->lock(call);
    const std::int32_t code = callSlot(opened_->ops().read, opened_->self(), frame.view(), &name, &options, sink.view(),
                                       &stat.view, &error.view);
    sink.rethrow();
    error.check(code);
    return stat.stat();
  });
}

Version PluginStorage::write(std::string_view key, std::string_view content, const WriteOptions& options,
                             const Call& call) {
  return opened_->guarded("write", key, [&]() TALLY_DETAIL_INLINE {
    path::check(key);
    const CallFrame frame(call);
    const tally_str name = strOf(key);
    const tally_bytes part = bytesOf(content);
    const tally_write_options view = viewOf(options, capabilities_);
    StatFrame stat;
    ErrorFrame error;
    const auto held = opened_->lock(call);
    error.check(
        callSlot(opened_->ops().write, opened_->self(), frame.view(), &name, &part, 1, &view, &stat.view, &error.view));
    return stat.version();
  });
}

std::optional<std::uint64_t> PluginStorage::append(std::string_view key, std::string_view content,
                                                   const AppendOptions& options, const Call& call) {
  return opened_->guarded("append", key, [&]() TALLY_DETAIL_INLINE {
    path::check(key);
    const CallFrame frame(call);
    const tally_str name = strOf(key);
    const tally_bytes part = bytesOf(content);
    const tally_append_options view = viewOf(options, capabilities_);
    std::uint64_t size = TALLY_UNKNOWN_SIZE;
    ErrorFrame error;
    const auto held = opened_->lock(call);
    error.check(
        callSlot(opened_->ops().append, opened_->self(), frame.view(), &name, &part, 1, &view, &size, &error.view));
    return size == TALLY_UNKNOWN_SIZE ? std::nullopt : std::optional(size);
  });
}

bool PluginStorage::list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) {
  return opened_->guarded("list", directory, [&]() TALLY_DETAIL_INLINE {
    path::checkDirectory(directory);
    const CallFrame frame(call);
    const tally_str name = strOf(directory);
    const tally_list_options view{TALLY_END_OF(tally_list_options, limit), 0, strOf(options.start_after),
                                  options.limit};
    EntrySinkAdapter sink(out, options);
    std::uint32_t more = 0;
    ErrorFrame error;
    const auto held = opened_->lock(call);
    const std::int32_t code =
        callSlot(opened_->ops().list, opened_->self(), frame.view(), &name, &view, sink.view(), &more, &error.view);
    sink.rethrow();
    error.check(code);
    return more != 0;
  });
}

std::optional<StorageStat> PluginStorage::stat(std::string_view key, const Call& call) {
  return opened_->guarded("stat", key, [&]() TALLY_DETAIL_INLINE -> std::optional<StorageStat> {
    path::checkDirectory(key);
    const CallFrame frame(call);
    const tally_str name = strOf(key);
    StatFrame stat;
    ErrorFrame error;
    const auto held = opened_->lock(call);
    const std::int32_t code =
        callSlot(opened_->ops().stat, opened_->self(), frame.view(), &name, &stat.view, &error.view);
    if (code == TALLY_E_NOT_FOUND) return std::nullopt;
    error.check(code);
    return std::optional<StorageStat>(std::in_place, stat);
  });
}

bool PluginStorage::remove(std::string_view key, const RemoveOptions& options, const Call& call) {
  return opened_->guarded("remove", key, [&]() TALLY_DETAIL_INLINE {
    path::checkDirectory(key);
    if (key.empty() && !options.recursive) {
      throw Error(ErrorCode::IsADirectory, "this is the whole store; remove it recursively");
    }
    const CallFrame frame(call);
    const tally_str name = strOf(key);
    const tally_remove_options view = viewOf(options);
    std::uint32_t existed = 0;
    ErrorFrame error;
    const auto held = opened_->lock(call);
    error.check(callSlot(opened_->ops().remove, opened_->self(), frame.view(), &name, &view, &existed, &error.view));
    return existed != 0;
  });
}

void* PluginStorage::extension(std::string_view id) { return abilities_.find(id); }

}  // namespace tally::plugins
