// The in-memory example with a reindex, as a plugin that is linked into the test.
#define TALLY_STATIC_PLUGIN indexed

#include "conformance/mutants/wrong_service.hpp"
#include "memory_storage.hpp"
#include "tally/sdk/plugin.hpp"

namespace {

constexpr std::string_view kAbilities[] = {tally::Reindex::kId};
constexpr auto kInfo = tally::sdk::PluginInfo{"indexed", "0.1.0", "Keeps everything in memory."}.offering(kAbilities);

struct OpenIndexed {
  static std::unique_ptr<tally::IStorage> open(const tally::sdk::Config&, const tally::Call&) {
    using Indexed = tally::test::WithWrong<tally::Reindex, tally::test::NothingToIndex>;
    return std::make_unique<Indexed>(std::make_shared<tally::examples::MemoryStorage>());
  }
};

}  // namespace

TALLY_STORAGE_PLUGIN(OpenIndexed, kInfo);
