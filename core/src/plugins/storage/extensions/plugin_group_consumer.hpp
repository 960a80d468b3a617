#pragma once
// A worker of a plugin's consumer group as a GroupConsumer.

#include <memory>
#include <string_view>
#include <vector>

#include "plugins/boundary/call_frame.hpp"
#include "plugins/boundary/sink_guard.hpp"
#include "plugins/boundary/views.hpp"
#include "plugins/storage/extensions/open_object.hpp"
#include "tally/extensions/consumer_group.h"
#include "tally/extensions/consumer_group.hpp"

namespace tally::plugins {

/// Lives for one next().
class GroupSinkAdapter {
 public:
  GroupSinkAdapter(GroupSink& out, std::size_t most) noexcept : out_(out), most_(most) {
    view_ = {TALLY_END_OF(tally_group_sink, put), 0, this, put};
  }
  const tally_group_sink* view() const noexcept { return &view_; }
  void rethrow() const { guard_.rethrow(); }
  std::size_t count() const noexcept { return count_; }

 private:
  static std::int32_t put(void* self, const tally_group_record* record) noexcept {
    auto& sink = *static_cast<GroupSinkAdapter*>(self);
    if (record->struct_size < TALLY_END_OF(tally_group_record, content) || record->id.size == 0) {
      return sink.guard_.fault("the plugin handed out a record without an id");
    }
    if (isNowhere(record->id) || isNowhere(record->content)) {
      return sink.guard_.fault("the plugin handed out a record that lies nowhere");
    }
    if (sink.count_ == sink.most_) return sink.guard_.fault("the plugin handed out more records than it was asked for");
    ++sink.count_;
    return sink.guard_.attempt([&] {
      sink.out_.take({viewOf(record->id), viewOf(record->content), record->deliveries});
    });
  }

  GroupSink& out_;
  std::size_t most_;
  std::size_t count_ = 0;
  tally_group_sink view_;
  SinkGuard guard_;
};

class PluginGroupConsumer final : public GroupConsumer {
 public:
  PluginGroupConsumer(std::shared_ptr<OpenedStorage> storage, std::string_view key, const tally_group_consumer& opened)
      : object_(std::move(storage), std::string(key), opened, "table of a group's consumer") {}

  std::size_t next(GroupSink& out, std::size_t max_records, const Call& call) override {
    return object_.guarded("take", [&] {
      if (max_records == 0) throw Error(ErrorCode::InvalidArgument, "nobody waits for no record at all");
      const CallFrame frame = CallFrame::waiting(call);
      GroupSinkAdapter sink(out, max_records);
      ErrorFrame error;
      const std::int32_t code =
          callSlot(object_.ops().next, object_.self(), frame.view(), max_records, sink.view(), &error.view);
      sink.rethrow();
      error.check(code);
      return sink.count();
    });
  }

  std::size_t acknowledge(const std::vector<std::string_view>& ids, const Call& call) override {
    return object_.guarded("acknowledge", [&] {
      const CallFrame frame(call);
      std::vector<tally_str> views;
      views.reserve(ids.size());
      for (const auto id : ids) views.push_back(strOf(id));
      std::uint64_t acknowledged = 0;
      ErrorFrame error;
      error.check(callSlot(object_.ops().acknowledge, object_.self(), frame.view(), views.data(), views.size(),
                           &acknowledged, &error.view));
      return static_cast<std::size_t>(acknowledged);
    });
  }

 private:
  OpenObject<tally_group_consumer, tally_group_consumer_ops> object_;
};

}  // namespace tally::plugins
