// The in-memory example with a reindex and a fault, as a plugin that is linked into the test.
#define TALLY_STATIC_PLUGIN sick

#include "conformance/mutants/wrong_service.hpp"
#include "memory_storage.hpp"
#include "tally/sdk/plugin.hpp"

namespace {

class Fault final : public tally::Health {
 public:
  explicit Fault(tally::IStorage&) {}
  void checkHealth(tally::HealthSink& out, const tally::Call&) override {
    out.take(tally::HealthLevel::Fault, "index", "it misses objects; run 'tally storage reindex'");
    out.take(tally::HealthLevel::Good, "objects", "all are there");
  }
};

constexpr std::string_view kAbilities[] = {tally::Reindex::kId, tally::Health::kId};
constexpr auto kInfo = tally::sdk::PluginInfo{"sick", "0.1.0", "Keeps everything in memory."}.offering(kAbilities);

struct OpenSick {
  static std::unique_ptr<tally::IStorage> open(const tally::sdk::Config&, const tally::Call&) {
    using Indexed = tally::test::WithWrong<tally::Reindex, tally::test::NothingToIndex>;
    using Sick = tally::test::WithWrong<tally::Health, Fault>;
    return std::make_unique<Sick>(std::make_shared<Indexed>(std::make_shared<tally::examples::MemoryStorage>()));
  }
};

}  // namespace

TALLY_STORAGE_PLUGIN(OpenSick, kInfo);
