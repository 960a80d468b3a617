#pragma once
// Adapters that are wrong on purpose, each in the way that some real one was. The kit has to catch every one, in the
// case that is about that promise.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tally/storage.hpp"

namespace tally::test {

struct Mutant {
  std::string name;    ///< what it does wrong
  std::string caught;  ///< the case that must fail
  std::function<std::shared_ptr<IStorage>(std::shared_ptr<IStorage> good)> make;
};

const std::vector<Mutant>& mutants();

}  // namespace tally::test
