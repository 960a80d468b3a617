// The kit on mutants of an adapter with a server: the redis backend on a real one, with one promise broken when the
// line or the server fails. That the backend itself passes everything is a test of its own.

#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "judge.hpp"
#include "redis_harness.hpp"
#include "wrong_append_stream.hpp"
#include "wrong_lines.hpp"
#include "wrong_reconnects.hpp"

namespace tally::test {
namespace {

/// Puts the mutant before what talks to a server at that address.
using Wrap = std::function<std::shared_ptr<IStorage>(std::shared_ptr<IStorage>, const std::string& address)>;

struct ServerMutant {
  std::string name, caught;
  Wrap wrap;
  int limit_seconds = 0;  // for one that does not end
};

template <typename Wrong>
ServerMutant mutant(std::string name, std::string caught) {
  return {std::move(name), std::move(caught),
          [](std::shared_ptr<IStorage> good, const std::string&) { return std::make_shared<Wrong>(std::move(good)); }};
}

ServerMutant resending() {
  return {"what was sent last before a connection ended is sent again", "J25",
          [](std::shared_ptr<IStorage> good, const std::string& address) {
            return std::make_shared<ResendsTheLast>(std::move(good), address);
          }};
}

ServerMutant endless() {
  auto asks = mutant<AsksForEver>("a server that says nothing is asked for ever", "J22");
  asks.limit_seconds = 20;  // the backend itself takes 5
  return asks;
}

/// Wrong behind the proxy and with wrong configurations; what the kit opens past the proxy is the real backend, but for
/// what stands under a key that is not ours.
class MutantHarness final : public SingleRedisHarness {
 public:
  MutantHarness(SinglePlace& place, const ServerMutant& mutant)
      : SingleRedisHarness(mutant.name, place, openDirectly, false), mutant_(mutant) {}
  std::shared_ptr<IStorage> open() override {
    auto good = SingleRedisHarness::open();
    return mutant_.caught == "J06" ? mutant_.wrap(std::move(good), server()) : good;
  }
  std::shared_ptr<IStorage> openAt(const std::string& address) override {
    return mutant_.wrap(SingleRedisHarness::openAt(address), address);
  }
  std::shared_ptr<IStorage> openWrong(conformance::Wrong what) override {
    auto storage = SingleRedisHarness::openWrong(what);
    if (!storage) return nullptr;
    if (mutant_.caught == "J16") return open();  // whatever certificate it has shown
    return mutant_.wrap(std::move(storage), server());
  }

 private:
  const ServerMutant& mutant_;
};

std::vector<ServerMutant> mutants() {
  using Code = ErrorCode;
  return {
      mutant<AppendsAgain>("an append without an answer is sent again", "C16"),
      mutant<AppendsAgain>("a repeated append forgets its token", "C21"),
      mutant<TokensStayHere>("the token of an append stays with the client", "C22"),
      mutant<FailuresAreAbsence>("stat of a server that is gone finds nothing", "J01"),
      mutant<DeadlineNotPassedOn>("a deadline does not reach the connection", "J02"),
      mutant<Renames<Code::Unauthenticated, Code::NotFound>>("a wrong password reads as an empty store", "J03"),
      mutant<FailuresAreAbsence>("stat of what is forbidden finds nothing", "J04"),
      mutant<FailuresAreAbsence>("stat in a missing database finds nothing", "J05"),
      mutant<ForeignIsEmpty>("what is no object of ours reads as empty", "J06"),
      mutant<OneAttempt>("a busy server is asked once", "J07"),
      mutant<NeverRetryable>("a broken server is an error for ever", "J08"),
      mutant<ShortReads>("what came before a cut is the value", "J09"),
      mutant<ShortReads>("a garbled answer is an empty value", "J10"),
      mutant<Renames<Code::OutcomeUnknown, Code::Unavailable>>("a write without an answer is Unavailable", "J11"),
      mutant<Renames<Code::OutcomeUnknown, Code::Unavailable>>("a write with a garbled answer is Unavailable", "J18"),
      mutant<Renames<Code::OutcomeUnknown, Code::Timeout>>("a write that may still arrive is a Timeout", "J19"),
      mutant<ConditionsStayHere>("the condition of a write stays with the client", "J20"),
      mutant<AnswersOutOfStep>("a late answer is taken for the next one", "J21"),
      mutant<DeadlineNotPassedOn>("a deadline does not reach an answer that drips", "J23"),
      mutant<CancelNotPassedOn>("a cancellation does not reach the connection", "J24"),
      endless(),
      resending(),
      mutant<AppendsAgain>("a large append without an answer is sent again", "J26"),
      mutant<WithWrong<AppendStreams, ForwardingStreams<LostIsLanded>>>(
          "an append stream takes a lost answer for an acknowledgement", "S16"),
      mutant<WithWrong<AppendStreams, ForwardingStreams<StubbornStream>>>(
          "a cancellation does not reach the wait of an append stream", "S18"),
  };
}

}  // namespace
}  // namespace tally::test

/// All of them, or those that the named cases must catch.
int main(int argc, char** argv) {
  using namespace tally::test;
  const std::vector<std::string> named(argv + 1, argv + argc);
  SinglePlace place;
  std::size_t count = 0, survivors = 0;
  auto all = mutants();
  if (hasTls()) all.push_back(mutant<ForwardingStorage>("any certificate will do", "J16"));
  for (const auto& mutant : all) {
    if (!named.empty() && std::find(named.begin(), named.end(), mutant.caught) == named.end()) continue;
    MutantHarness harness(place, mutant);
    ++count;
    const auto& [name, by, wrap, limit_seconds] = mutant;
    survivors += isCaught(harness, name, by, {"A02", "J25"}, limit_seconds) ? 0 : 1;
  }
  std::printf("%zu mutants, %zu survived or broken\n", count, survivors);
  return survivors == 0 ? 0 : 1;
}
