// What the local backend publishes, and its export line.

#include <memory>

#include "local/local_storage.hpp"
#include "tally/sdk/plugin.hpp"

namespace {

using tally::sdk::Option;

constexpr Option kOptions[] = {
    Option::path("path", "The store's folder; each object is a file in it.").byDefault(".tally"),
    Option::flag("autoCreate", "Create the folder when it is first written to; false: its absence is an error.")
        .byDefault(true),
    Option::text("durability", "What a finished change survives: 'full' the loss of power, 'process' a killed program.")
        .oneOf("full", "process")
        .byDefault("full"),
};

constexpr std::string_view kAbilities[] = {tally::Batch::kId, tally::AppendStreams::kId, tally::Follow::kId,
                                           tally::Health::kId};

constexpr auto kInfo = tally::sdk::PluginInfo{"local", "0.1.0", "Files in a folder of this machine."}
                           .by("The Tally authors", "MIT")
                           .with(kOptions)
                           .offering(kAbilities);

struct OpenLocal {
  static std::unique_ptr<tally::IStorage> open(const tally::sdk::Config& config, const tally::Call&) {
    tally::local::Settings settings;
    settings.root = config.text("path");
    settings.auto_create = config.flag("autoCreate");
    const bool full = config.text("durability") == "full";
    settings.durability = full ? tally::local::Durability::Full : tally::local::Durability::Process;
    return std::make_unique<tally::local::LocalStorage>(settings);
  }
};

}  // namespace

TALLY_STORAGE_PLUGIN(OpenLocal, kInfo);
