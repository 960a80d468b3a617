#pragma once
// A storage behind a proxy that misbehaves, and what each operation may then answer.

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "tally/conformance/case.hpp"
#include "tally/conformance/expect.hpp"
#include "tally/conformance/fault_proxy.hpp"

namespace tally::conformance {

/// Two handles on the place: `storage` through the proxy, and `direct` past it, which sees what is really there.
struct Proxied {
  explicit Proxied(Context& context);
  FaultProxy proxy;
  std::shared_ptr<IStorage> storage, direct;
};

/// One operation on "d/x", which exists, or on "d", where it is alone.
struct Operation {
  const char* name;
  bool changes;  ///< so that a lost answer is OutcomeUnknown
  std::function<void(IStorage&, const Call&)> run;
};
const std::vector<Operation>& operations();
constexpr const char* kOld = "old value";  ///< of "d/x", for write
constexpr const char* kNew = "new";        ///< what write writes, and append appends

/// All of them at the same time, each in a thread.
void inEachOperation(const std::function<void(const Operation&)>& body);

/// That `error` says something, and no secret.
void expectHelpful(Context& context, const std::string& what, const Error& error);

/// That `action` throws one of `codes`, helpfully.
template <typename Action>
Error expectRefusal(Context& context, std::initializer_list<ErrorCode> codes, const std::string& what,
                    Action&& action) {
  Error error = expectAnyError(codes, what, std::forward<Action>(action));
  expectHelpful(context, what, error);
  return error;
}

/// How an operation ended.
enum class Ending { Done, NotDone, Unknown };

/// Run `action`, which may fail as calls over a bad line do.
Ending outcomeOf(Context& context, const std::string& what, const std::function<void()>& action);

/// Let `strike` hit the first request of `action`, then the second, until it needs no more of them.
void atEachRequest(FaultProxy& proxy, Strike strike, const std::function<void()>& action);

/// The reply of the harness. Skips the case if it has none.
std::string replyOf(Context& context, Reply kind);

}  // namespace tally::conformance
