// The kit on a backend that is loaded from its .so by createStorage, as an application sees it.

#include <cstdlib>

#include "local_place.hpp"
#include "tally/conformance/runner.hpp"
#include "tally/conformance/store_groups.hpp"
#include "tally/create_storage.hpp"

namespace {

class PluginHarness final : public tally::conformance::Harness {
 public:
  explicit PluginHarness(std::string backend) : backend_(std::move(backend)) {}

  std::string name() const override { return backend_ + ", from its .so"; }
  std::shared_ptr<tally::IStorage> open() override { return openAt(place_.store()); }
  void clear() override { place_.clear(); }
  bool processes() const override { return true; }
  bool throughHost() const override { return true; }
  std::filesystem::path folder() const override { return place_.store(); }
  std::shared_ptr<tally::IStorage> openSecond() override { return openAt(place_.second()); }
  std::shared_ptr<tally::IStorage> openSmall(std::uint64_t bytes) override {
    const auto small = place_.mountSmall(bytes);
    return small.empty() ? nullptr : openAt(small);
  }

 private:
  std::shared_ptr<tally::IStorage> openAt(const std::filesystem::path& root) const {
    tally::ConfigSource source;
    source.start_dir = root.parent_path();
    source.environment = [](const std::string&) { return std::optional<std::string>(); };
    source.overrides = {
        {"storage.backend", backend_}, {"storage.path", root.string()}, {"storage.local.durability", "process"}};
    return tally::createStorage(tally::loadConfig(source));
  }

  std::string backend_;
  tally::test::LocalPlace place_;
};

}  // namespace

int main(int argc, char** argv) {
  PluginHarness harness("local");
  return tally::conformance::runMain(argc, argv, harness, tally::conformance::storeGroups());
}
