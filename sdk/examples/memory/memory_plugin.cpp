// The memory adapter as a plugin: an info and one line. It has no options. What it offers beyond IStorage stands in the
// info, so that it can be told without running the plugin.

#include "memory_storage.hpp"
#include "tally/sdk/plugin.hpp"

namespace {

constexpr std::string_view kAbilities[] = {tally::Batch::kId,          tally::AppendStreams::kId, tally::Follow::kId,
                                           tally::ConsumerGroups::kId, tally::Leases::kId,        tally::Health::kId};
constexpr auto kInfo = tally::sdk::PluginInfo{"memory", "0.1.0", "Keeps everything in memory until it is closed."}
                           .by("The Tally authors", "MIT")
                           .offering(kAbilities);

struct OpenMemory {
  static std::unique_ptr<tally::IStorage> open(const tally::sdk::Config&, const tally::Call&) {
    return std::make_unique<tally::examples::MemoryStorage>();
  }
};

}  // namespace

TALLY_STORAGE_PLUGIN(OpenMemory, kInfo);
