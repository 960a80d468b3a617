#pragma once
// Adapters that are wrong on purpose, each in the way that some real one was. The kit has to catch every one, in the
// case that is about that promise.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tally/storage.hpp"

namespace tally::test {

struct Mutant {
  std::string name;    ///< what it does wrong
  std::string caught;  ///< the case that must fail
  std::function<std::shared_ptr<IStorage>(std::shared_ptr<IStorage> good)> make;
};

/// A class that is made from what it spoils.
template <typename Wrong>
Mutant mutant(std::string name, std::string caught) {
  return {std::move(name), std::move(caught),
          [](std::shared_ptr<IStorage> good) { return std::make_shared<Wrong>(std::move(good)); }};
}

/// Those that get the operations of IStorage wrong.
const std::vector<Mutant>& mutants();
/// Those that go wrong for few contents, for few keys, between files and directories, in listings, between threads.
std::vector<Mutant> valueMutants(), keyMutants(), kindMutants(), listMutants(), momentMutants();
/// Those that get an optional ability wrong.
std::vector<Mutant> abilityMutants();
/// Those that show in what the typed store makes of them.
std::vector<Mutant> storeMutants();

/// A storage with the one ability that the reference has no use for, done right.
std::shared_ptr<IStorage> withReindex(std::shared_ptr<IStorage> good);

}  // namespace tally::test
