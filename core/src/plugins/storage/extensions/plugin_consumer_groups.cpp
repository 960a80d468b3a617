#include "plugins/storage/extensions/plugin_consumer_groups.hpp"

#include "plugins/storage/extensions/plugin_group_consumer.hpp"
#include "tally/path.hpp"

namespace tally::plugins {
namespace {

constexpr std::size_t kMaxNameBytes = 128;

}  // namespace

// What the calls on a group share: names are checked, the storage is held, and `ask` fills the frame of an error.
template <typename Ask>
auto PluginConsumerGroups::ask(std::string_view key, std::string_view group, const Call& call, Ask&& ask) {
  return opened_->guarded("group", key, [&] {
    path::check(key);
    checkWord(group, kMaxNameBytes, "a group");
    const CallFrame frame(call);
    const tally_str key_view = strOf(key);
    const tally_str group_view = strOf(group);
    ErrorFrame error;
    const auto held = opened_->lock(call);
    return ask(frame.view(), &key_view, &group_view, error);
  });
}

void PluginConsumerGroups::createGroup(std::string_view key, std::string_view group, const GroupOptions& options,
                                       const Call& call) {
  ask(key, group, call, [&](const auto* frame, const auto* key_view, const auto* group_view, ErrorFrame& error) {
    const tally_group_options view{TALLY_END_OF(tally_group_options, flags),
                                   options.from_end ? TALLY_GROUP_FROM_END : 0};
    error.check(callSlot(ops_.create, opened_->self(), frame, key_view, group_view, &view, &error.view));
  });
}

bool PluginConsumerGroups::dropGroup(std::string_view key, std::string_view group, const Call& call) {
  return ask(key, group, call, [&](const auto* frame, const auto* key_view, const auto* group_view, ErrorFrame& error) {
    std::uint32_t existed = 0;
    error.check(callSlot(ops_.drop, opened_->self(), frame, key_view, group_view, &existed, &error.view));
    return existed != 0;
  });
}

GroupState PluginConsumerGroups::groupState(std::string_view key, std::string_view group, const Call& call) {
  return ask(key, group, call, [&](const auto* frame, const auto* key_view, const auto* group_view, ErrorFrame& error) {
    tally_group_state view{TALLY_END_OF(tally_group_state, waiting), 0, 0, TALLY_UNKNOWN_COUNT};
    error.check(callSlot(ops_.state, opened_->self(), frame, key_view, group_view, &view, &error.view));
    GroupState state{view.consumers, view.pending, std::nullopt};
    if (view.waiting != TALLY_UNKNOWN_COUNT) state.waiting = view.waiting;
    return state;
  });
}

std::unique_ptr<GroupConsumer> PluginConsumerGroups::joinGroup(std::string_view key, std::string_view group,
                                                               std::string_view consumer,
                                                               const GroupJoinOptions& options, const Call& call) {
  return ask(key, group, call, [&](const auto* frame, const auto* key_view, const auto* group_view, ErrorFrame& error) {
    checkWord(consumer, kMaxNameBytes, "a worker");
    if (options.take_over_after.count() < 0) throw Error(ErrorCode::InvalidArgument, "a time is not below zero");
    const tally_group_join_options view{TALLY_END_OF(tally_group_join_options, take_over_after_ns), 0,
                                        options.take_over_after.count()};
    const tally_str name = strOf(consumer);
    auto opened = emptyObject<tally_group_consumer>();
    error.check(callSlot(ops_.join, opened_->self(), frame, key_view, group_view, &name, &view, &opened, &error.view));
    return std::make_unique<PluginGroupConsumer>(opened_, key, opened);
  });
}

}  // namespace tally::plugins
