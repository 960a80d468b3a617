#pragma once
// Mutants of the local backend: of what only a storage of files, or of several processes, can get wrong.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "local_harness.hpp"

namespace tally::test {

struct LocalMutant {
  std::string name;    ///< what it does wrong
  std::string caught;  ///< the case that must fail
  std::function<std::shared_ptr<IStorage>(std::shared_ptr<IStorage> good, const std::filesystem::path& folder)> make;
};

std::vector<LocalMutant> localMutants();

class LocalMutantHarness final : public LocalHarness {
 public:
  explicit LocalMutantHarness(const LocalMutant& mutant) : mutant_(mutant) {}
  std::string name() const override { return mutant_.name; }
  std::shared_ptr<IStorage> open() override { return mutant_.make(LocalHarness::open(), folder()); }
  std::shared_ptr<IStorage> openSmall(std::uint64_t bytes) override {
    auto good = LocalHarness::openSmall(bytes);
    return good ? mutant_.make(std::move(good), folder()) : nullptr;
  }

 private:
  const LocalMutant& mutant_;
};

}  // namespace tally::test
