// The in-memory example, but for listings, which never come to an end, as a plugin that is linked into the test.
#define TALLY_STATIC_PLUGIN slow

#include <thread>

#include "conformance/mutants/forwarding_storage.hpp"
#include "memory_storage.hpp"
#include "tally/sdk/plugin.hpp"

namespace {

class Slow final : public tally::test::ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool list(std::string_view, const tally::ListOptions&, tally::EntrySink&, const tally::Call& call) override {
    while (true) {
      call.check();
      std::this_thread::yield();
    }
  }
};

constexpr auto kInfo = tally::sdk::PluginInfo{"slow", "0.1.0", "Keeps everything in memory."};

struct OpenSlow {
  static std::unique_ptr<tally::IStorage> open(const tally::sdk::Config&, const tally::Call&) {
    return std::make_unique<Slow>(std::make_shared<tally::examples::MemoryStorage>());
  }
};

}  // namespace

TALLY_STORAGE_PLUGIN(OpenSlow, kInfo);
