#include "local_mutants.hpp"

#include <type_traits>

#include "wrong_calls.hpp"
#include "wrong_folders.hpp"
#include "wrong_writes.hpp"

namespace tally::test {
namespace {

template <typename Wrong>
LocalMutant localMutant(std::string name, std::string caught) {
  return {std::move(name), std::move(caught), [](std::shared_ptr<IStorage> good, const std::filesystem::path& folder) {
            if constexpr (std::is_constructible_v<Wrong, std::shared_ptr<IStorage>, std::filesystem::path>) {
              return std::make_shared<Wrong>(std::move(good), folder);
            } else {
              return std::make_shared<Wrong>(std::move(good));
            }
          }};
}

}  // namespace

std::vector<LocalMutant> localMutants() {
  using Code = ErrorCode;
  return {
      localMutant<UnreadableIsEmpty>("an unreadable directory is empty", "D17"),
      localMutant<HidesLinks>("list hides links that read and stat follow", "D18"),
      localMutant<RemovesByWalk>("recursive remove follows links", "E10"),
      localMutant<KeepsWhatFits<Code::NoSpace>>("a write into a full place leaves its begin", "I04"),
      localMutant<PromisesTooMuch>("nothing is synced, and durability declared", "I06"),
      localMutant<WriteInPlace>("a large write comes in two steps", "I09"),
      localMutant<CreatesFirst>("a new object is there before its content", "I10"),
      localMutant<KeepsWhatFits<Code::TooLarge>>("a write above the limit leaves its begin", "K04"),
  };
}

}  // namespace tally::test
