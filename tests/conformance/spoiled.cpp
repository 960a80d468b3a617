// The in-memory example as somebody without care would ship it, in one way at a time:
//   SPOILED_THROWS         an exception crosses the boundary
//   SPOILED_TELLS          messages show the value of a secret option
//   SPOILED_CRASHES_LATER  a thread of the constructor crashes a second later

#include <signal.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#define tally_plugin_entry_v1 entry_of_the_sdk  // ours is another
#include "memory_storage.hpp"
#include "mutants/forwarding_storage.hpp"
#include "tally/sdk/plugin.hpp"

namespace {

constexpr tally::sdk::Option kOptions[] = {
    tally::sdk::Option::text("password", "Opens nothing.").secret().byDefault("unset")};
constexpr auto kInfo = tally::sdk::PluginInfo{"spoiled", "0.1.0", "Keeps everything, but not its word."}.with(kOptions);

class Spoiled final : public tally::test::ForwardingStorage {
 public:
  explicit Spoiled(const tally::sdk::Config& config)
      : ForwardingStorage(std::make_shared<tally::examples::MemoryStorage>()), password_(config.text("password")) {}
  tally::StorageStat read(std::string_view key, const tally::ByteRange& range, tally::ByteSink& out,
                          const tally::Call& call) override {
    try {
      return good().read(key, range, out, call);
    } catch (const tally::Error& error) {
#ifdef SPOILED_TELLS
      throw tally::Error(error.code(), error.message() + " (password " + password_ + ")");
#else
      throw;
#endif
    }
  }

 private:
  std::string password_;
};

#ifdef SPOILED_CRASHES_LATER
__attribute__((constructor)) void crashLater() {
  std::thread([] {
    std::this_thread::sleep_for(std::chrono::seconds(1));
    ::raise(SIGSEGV);
  }).detach();
}
#endif

}  // namespace

TALLY_STORAGE_PLUGIN(Spoiled, kInfo);
#undef tally_plugin_entry_v1

namespace {

tally_storage_ops spoiled_ops;
tally_storage_factory spoiled_factory;
tally_plugin spoiled_plugin;

#ifdef SPOILED_THROWS
std::int32_t readThrowing(void*, const tally_call*, const tally_str*, const tally_read_options*, const tally_sink*,
                          tally_stat*, tally_error*) {
  throw std::runtime_error("nobody catches this");
}
#endif

const tally_storage_factory* goodFactory(const tally_str& id) {
  return static_cast<const tally_storage_factory*>(entry_of_the_sdk()->factory(&id));
}

std::int32_t create(const tally_config* config, const tally_call* call, tally_storage* out, tally_error* error) {
  const std::int32_t code =
      goodFactory({TALLY_STORAGE_FACTORY, sizeof TALLY_STORAGE_FACTORY - 1})->create(config, call, out, error);
  if (code != TALLY_OK) return code;
  spoiled_ops = *out->ops;
#ifdef SPOILED_THROWS
  spoiled_ops.read = readThrowing;
#endif
  out->ops = &spoiled_ops;
  return code;
}

const void* factory(const tally_str* id) {
  const auto* const good = goodFactory(*id);
  if (good == nullptr) return nullptr;
  spoiled_factory = *good;
  spoiled_factory.create = create;
  return &spoiled_factory;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const tally_plugin* tally_plugin_entry_v1(void);
extern "C" const tally_plugin* tally_plugin_entry_v1(void) {
  spoiled_plugin = *entry_of_the_sdk();
  spoiled_plugin.factory = factory;
  return &spoiled_plugin;
}
