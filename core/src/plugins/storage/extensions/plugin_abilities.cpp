#include "plugins/storage/extensions/plugin_abilities.hpp"

#include "plugins/boundary/views.hpp"
#include "plugins/storage/extensions/plugin_append_streams.hpp"
#include "plugins/storage/extensions/plugin_batch.hpp"
#include "plugins/storage/extensions/plugin_consumer_groups.hpp"
#include "plugins/storage/extensions/plugin_follow.hpp"
#include "plugins/storage/extensions/plugin_health.hpp"
#include "plugins/storage/extensions/plugin_leases.hpp"
#include "plugins/storage/extensions/plugin_reindex.hpp"

namespace tally::plugins {
namespace {

struct Ability {
  std::string_view id;
  // The pointer inside is one to the interface, not to the class behind it.
  std::shared_ptr<void> (*wrap)(const std::shared_ptr<OpenedStorage>& opened, Capabilities offered, const void* table);
};

template <typename Interface, typename Wrapper>
std::shared_ptr<void> wrap(const std::shared_ptr<OpenedStorage>& opened, Capabilities offered, const void* table) {
  const auto* ops = static_cast<const typename Wrapper::Ops*>(table);
  return std::shared_ptr<Interface>(std::make_shared<Wrapper>(opened, offered, copyFunctions(ops, Interface::kId)));
}

template <typename Interface, typename Wrapper>
constexpr Ability ability() {
  return {Interface::kId, wrap<Interface, Wrapper>};
}

constexpr Ability kAbilities[] = {
    ability<Batch, PluginBatch>(),     ability<AppendStreams, PluginAppendStreams>(),
    ability<Follow, PluginFollow>(),   ability<ConsumerGroups, PluginConsumerGroups>(),
    ability<Leases, PluginLeases>(),   ability<Health, PluginHealth>(),
    ability<Reindex, PluginReindex>(),
};

}  // namespace

void* PluginAbilities::find(std::string_view id) {
  for (const Ability& ability : kAbilities) {
    if (ability.id != id) continue;
    if (const auto known = knownAs(ability.id)) return known->get();
    return opened_->guarded("extension", id, [&] {
      const tally_str name = strOf(ability.id);
      const auto held = opened_->lock({});
      const void* table = callSlot(opened_->ops().extension, opened_->self(), &name);
      auto face = table == nullptr ? nullptr : ability.wrap(opened_, capabilities_, table);
      const std::lock_guard changing(mutex_);
      return known_.try_emplace(ability.id, std::move(face)).first->second.get();
    });
  }
  return nullptr;
}

std::optional<std::shared_ptr<void>> PluginAbilities::knownAs(std::string_view id) {
  const std::lock_guard held(mutex_);
  const auto known = known_.find(id);
  return known == known_.end() ? std::nullopt : std::optional(known->second);
}

}  // namespace tally::plugins
