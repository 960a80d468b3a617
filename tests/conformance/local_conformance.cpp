// The kit on the local backend's class, without loading anything.

#include "local/local_storage.hpp"
#include "local_place.hpp"
#include "tally/conformance/runner.hpp"
#include "tally/conformance/store_groups.hpp"

namespace {

class LocalHarness final : public tally::conformance::Harness {
 public:
  std::string name() const override { return "local, in-process"; }
  std::shared_ptr<tally::IStorage> open() override { return openAt(place_.store()); }
  void clear() override { place_.clear(); }
  bool processes() const override { return true; }
  std::filesystem::path folder() const override { return place_.store(); }
  std::shared_ptr<tally::IStorage> openSecond() override { return openAt(place_.second()); }
  std::shared_ptr<tally::IStorage> openSmall(std::uint64_t bytes) override {
    const auto small = place_.mountSmall(bytes);
    return small.empty() ? nullptr : openAt(small);
  }
  std::shared_ptr<tally::IStorage> openLimited(std::uint64_t bytes) override {
    tally::conformance::limitFileSize(bytes);
    return open();
  }

 private:
  static std::shared_ptr<tally::IStorage> openAt(const std::filesystem::path& root) {
    tally::local::Settings settings;
    settings.root = root;
    settings.durability = tally::local::Durability::Process;  // what the power may take is not in the kit's reach
    return std::make_shared<tally::local::LocalStorage>(settings);
  }

  tally::test::LocalPlace place_;
};

}  // namespace

int main(int argc, char** argv) {
  LocalHarness harness;
  return tally::conformance::runMain(argc, argv, harness, tally::conformance::storeGroups());
}
