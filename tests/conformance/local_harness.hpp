#pragma once
// The kit on the local backend's class, without loading anything.

#include "local/local_storage.hpp"
#include "local_place.hpp"
#include "tally/conformance/harness.hpp"

namespace tally::test {

class LocalHarness : public conformance::Harness {
 public:
  std::string name() const override { return "local, in-process"; }
  std::shared_ptr<IStorage> open() override { return openAt(place_.store()); }
  void clear() override { place_.clear(); }
  bool processes() const override { return true; }
  std::filesystem::path folder() const override { return place_.store(); }
  std::shared_ptr<IStorage> openSecond() override { return openAt(place_.second()); }
  std::shared_ptr<IStorage> openSmall(std::uint64_t bytes) override {
    const auto small = place_.mountSmall(bytes);
    return small.empty() ? nullptr : openAt(small);
  }
  std::shared_ptr<IStorage> openLimited(std::uint64_t bytes) override {
    conformance::limitFileSize(bytes);
    return open();
  }

 private:
  static std::shared_ptr<IStorage> openAt(const std::filesystem::path& root) {
    local::Settings settings;
    settings.root = root;
    settings.durability = local::Durability::Process;  // what the power may take is not in the kit's reach
    return std::make_shared<local::LocalStorage>(settings);
  }

  LocalPlace place_;
};

}  // namespace tally::test
