// The SQLite adapter as a plugin: its options, an info, and one line.

#include "tally/sdk/plugin.hpp"
#include "sqlite_storage.hpp"

namespace {

using tally::sdk::Option;

constexpr Option kOptions[] = {
    Option::path("path", "Folder of the database.").byDefault(".tally"),
    Option::text("durability", "What an acknowledged write survives: full, the loss of power; process, only a crash.")
        .oneOf("full", "process")
        .byDefault("full"),
    Option::integer("busyTimeout", "Milliseconds to wait for another writer.").between(0, 600'000).byDefault(10'000),
};
constexpr auto kInfo = tally::sdk::PluginInfo{"sqlite", "0.1.0", "Keeps everything in one SQLite file."}
                           .by("The Tally authors", "MIT")
                           .with(kOptions);

struct OpenSqlite {
  static std::unique_ptr<tally::IStorage> open(const tally::sdk::Config& config, const tally::Call& call) {
    tally::examples::SqliteSettings settings;
    settings.folder = config.text("path");
    settings.full_sync = config.text("durability") == "full";
    settings.busy_ms = config.integer("busyTimeout");
    return std::make_unique<tally::examples::SqliteStorage>(settings, call);
  }
};

}  // namespace

TALLY_STORAGE_PLUGIN(OpenSqlite, kInfo);
