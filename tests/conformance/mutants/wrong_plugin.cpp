#define TALLY_STATIC_PLUGIN wrong

#include "wrong_plugin.hpp"

#include "forwarding_storage.hpp"
#include "memory_storage.hpp"
#include "tally/sdk/plugin.hpp"

namespace tally::test {
namespace {

PluginFault fault = PluginFault::None;  // of the plugin from now on; each case has a process of its own

class Selective final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  void* extension(std::string_view id) override {
    const bool batch = id == Batch::kId && fault != PluginFault::Promises;
    const bool follow = id == Follow::kId && fault == PluginFault::Hides;
    return id == Health::kId || batch || follow ? good().extension(id) : nullptr;
  }
};

struct OpenSelective {
  static std::unique_ptr<IStorage> open(const sdk::Config&, const Call&) {
    return std::make_unique<Selective>(std::make_shared<examples::MemoryStorage>());
  }
};

constexpr std::string_view kAbilities[] = {Health::kId, Batch::kId};
constexpr auto kInfo = sdk::PluginInfo{"wrong", "0.1.0", "Not what it says."}.offering(kAbilities);

TALLY_STORAGE_PLUGIN(OpenSelective, kInfo);

/// As the SDK made it, but for the table of one ability.
const void* lameExtension(void* self, const tally_str* id) {
  static constexpr tally_health_ops kLame = {TALLY_END_OF(tally_health_ops, check), 0, nullptr};
  const void* const table = sdk::detail::extension(self, id);
  return table != nullptr && sdk::detail::viewOf(*id) == Health::kId ? &kLame : table;
}

std::int32_t createLame(const tally_config* config, const tally_call* call, tally_storage* out, tally_error* error) {
  static tally_storage_ops lame;
  const std::int32_t code = sdk::detail::Plugin<OpenSelective, kInfo>::create(config, call, out, error);
  if (code != TALLY_OK) return code;
  lame = *out->ops;
  lame.extension = lameExtension;
  out->ops = &lame;
  return code;
}

const void* lameFactory(const tally_str* id) {
  static constexpr tally_storage_factory kFactory = {TALLY_END_OF(tally_storage_factory, create), 0, createLame};
  return sdk::detail::viewOf(*id) == TALLY_STORAGE_FACTORY ? &kFactory : nullptr;
}

}  // namespace

WrongPluginHarness::WrongPluginHarness(PluginFault wrong) { fault = wrong; }

std::shared_ptr<IStorage> WrongPluginHarness::open() {
  return std::make_shared<Selective>(std::make_shared<examples::MemoryStorage>());
}

const tally_plugin* WrongPluginHarness::plugin() {
  static tally_plugin lame = [] {
    tally_plugin copy = kTallyPlugin;
    copy.factory = lameFactory;
    return copy;
  }();
  return fault == PluginFault::LacksSlot ? &lame : &kTallyPlugin;
}

const tally_config* WrongPluginHarness::pluginOptions() {
  static constexpr tally_config kNothing = {
      TALLY_END_OF(tally_config, get), 0, nullptr,
      [](void*, const tally_str*, tally_value*) -> std::int32_t { return TALLY_E_NOT_FOUND; }};
  return &kNothing;
}

}  // namespace tally::test
