// What the host sees: the options, who the plugin is, and the export line.

#include "tally/sdk/plugin.hpp"
#include "storage.hpp"

namespace {

using tally::sdk::Option;

constexpr Option kOptions[] = {
    Option::integer("maxBytes", "The largest object.").between(1, 1LL << 40).byDefault(std::int64_t{1} << 40),
};
constexpr auto kInfo = tally::sdk::PluginInfo{"mystore", "0.1.0", "Keeps bytes in memory, until you change that."}
                           .by("you", "MIT")
                           .with(kOptions);

struct OpenMyStore {
  static std::unique_ptr<tally::IStorage> open(const tally::sdk::Config& config, const tally::Call&) {
    return std::make_unique<mystore::MyStoreStorage>(static_cast<std::uint64_t>(config.integer("maxBytes")));
  }
};

}  // namespace

TALLY_STORAGE_PLUGIN(OpenMyStore, kInfo);
