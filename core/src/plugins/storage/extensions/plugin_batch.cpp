#include "plugins/storage/extensions/plugin_batch.hpp"

#include "plugins/boundary/option_views.hpp"
#include "plugins/storage/extensions/batch_sink_adapter.hpp"
#include "tally/path.hpp"

namespace tally::plugins {
namespace {

std::vector<tally_str> namesOf(const Batch::Keys& keys) {
  std::vector<tally_str> names;
  names.reserve(keys.size());
  for (const auto key : keys) names.push_back(strOf(key));
  return names;
}

}  // namespace

template <typename Ask>
void PluginBatch::run(const char* operation, const Keys& keys, BatchSink& out, const Call& call, Ask&& ask) {
  opened_->guarded(operation, {}, [&] {
    for (const auto key : keys) path::check(key);
    const CallFrame frame(call);
    if (keys.empty()) return;
    const std::vector<tally_str> names = namesOf(keys);
    BatchSinkAdapter sink(out, keys, opened_->plugin().name(), operation);
    ErrorFrame error;
    const auto held = opened_->lock(call);
    const std::int32_t code = ask(frame.view(), names, sink.view(), &error.view);
    sink.rethrow();
    error.check(code);
    sink.checkComplete();
  });
}

void PluginBatch::readMany(const Keys& keys, BatchSink& out, const Call& call) {
  run("read", keys, out, call, [&](const auto* frame, const auto& names, const auto* sink, auto* error) {
    return callSlot(ops_.read_many, opened_->self(), frame, names.data(), names.size(), sink, error);
  });
}

void PluginBatch::writeMany(const Keys& keys, const std::vector<std::string_view>& contents,
                            const WriteOptions& options, BatchSink& out, const Call& call) {
  run("write", keys, out, call, [&](const auto* frame, const auto& names, const auto* sink, auto* error) {
    if (contents.size() != keys.size()) throw Error(ErrorCode::InvalidArgument, "a batch has one content a key");
    const tally_write_options view = viewOf(options, offered_);
    std::vector<tally_bytes> values;
    values.reserve(contents.size());
    for (const auto content : contents) values.push_back(bytesOf(content));
    return callSlot(ops_.write_many, opened_->self(), frame, names.data(), values.data(), names.size(), &view, sink,
                    error);
  });
}

void PluginBatch::statMany(const Keys& keys, BatchSink& out, const Call& call) {
  run("stat", keys, out, call, [&](const auto* frame, const auto& names, const auto* sink, auto* error) {
    return callSlot(ops_.stat_many, opened_->self(), frame, names.data(), names.size(), sink, error);
  });
}

void PluginBatch::removeMany(const Keys& keys, const RemoveOptions& options, BatchSink& out, const Call& call) {
  run("remove", keys, out, call, [&](const auto* frame, const auto& names, const auto* sink, auto* error) {
    const tally_remove_options view = viewOf(options);
    return callSlot(ops_.remove_many, opened_->self(), frame, names.data(), names.size(), &view, sink, error);
  });
}

}  // namespace tally::plugins
