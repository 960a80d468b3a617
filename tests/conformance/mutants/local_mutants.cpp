#include "local_mutants.hpp"

#include <type_traits>

#include "wrong_append_stream.hpp"
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
      localMutant<AppendsByRewriting>("an append reads all and writes all", "C11"),
      localMutant<UnreadableIsEmpty<Code::PermissionDenied>>("an unreadable directory is empty", "D17"),
      localMutant<HidesLinks>("list hides links that read and stat follow", "D18"),
      localMutant<FollowsLinksOut>("read follows links that lead out", "D19"),
      localMutant<StrangersAreDamage>("a file that can be no key is damage of its directory", "D25"),
      localMutant<RemovesByWalk>("recursive remove follows links", "E10"),
      localMutant<LeadsUp>("a segment that begins with '..' leads up", "F13"),
      localMutant<WriteInPlace>("write truncates first, so that other processes see the half", "H02"),
      localMutant<FinishesLater>("write returns when the half is there", "I01"),
      localMutant<TornAppend>("append lands in two halves", "I02"),
      localMutant<KeepsTemporaryNames>("temporary files are cleared away at the end", "I03"),
      localMutant<KeepsWhatFits<Code::NoSpace>>("a write into a full place leaves its begin", "I04"),
      localMutant<AppendsWhatFits>("an append into a full place leaves its begin", "I05"),
      localMutant<PromisesTooMuch>("nothing is synced, and durability declared", "I06"),
      localMutant<UnreadableIsEmpty<Code::Exhausted>>("a directory that can't be opened is empty", "I07"),
      localMutant<RefusedIsRemoved>("a remove that is refused is said to be done", "I08"),
      localMutant<WriteInPlace>("a large write comes in two steps", "I09"),
      localMutant<CreatesFirst>("a new object is there before its content", "I10"),
      localMutant<KeepsWhatFits<Code::TooLarge>>("a write above the limit leaves its begin", "K04"),
      localMutant<WithWrong<AppendStreams, ForwardingStreams<GathersAppends>>>(
          "an append stream acknowledges what it only keeps", "S15"),
  };
}

}  // namespace tally::test
