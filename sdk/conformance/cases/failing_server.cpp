#include "failing_server.hpp"

#include "parallel.hpp"

namespace tally::conformance {
namespace {

constexpr int kMostRequests = 40;  // of one operation

std::shared_ptr<IStorage> behind(Context& context, const FaultProxy& proxy) {
  auto storage = context.harness().openAt(proxy.address());
  if (!storage) Context::skip("the harness can't open the storage at another address");
  return storage;
}

struct Ignore final : EntrySink {
  void take(std::string_view, bool) override {}
};

}  // namespace

Proxied::Proxied(Context& context)
    : proxy(context.harness().server()), storage(behind(context, proxy)), direct(context.open()) {
  direct->write("d/x", kOld);
  storage->write("d/x", kOld);  // so that connections stand, and the server knows what it has to
  storage->append("d/x", "");
  storage->read("d/x");
}

const std::vector<Operation>& operations() {
  static const std::vector<Operation> kAll = {
      {"read", false, [](IStorage& s, const Call& call) { s.read("d/x", {}, call); }},
      {"stat", false, [](IStorage& s, const Call& call) { s.stat("d/x", call); }},
      {"list", false,
       [](IStorage& s, const Call& call) {
         Ignore ignore;
         s.list("d", {}, ignore, call);
       }},
      {"write", true, [](IStorage& s, const Call& call) { s.write("d/x", kNew, {}, call); }},
      {"append", true, [](IStorage& s, const Call& call) { s.append("d/x", kNew, {}, call); }},
      {"remove", true, [](IStorage& s, const Call& call) { s.remove("d/x", {}, call); }},
  };
  return kAll;
}

void inEachOperation(const std::function<void(const Operation&)>& body) {
  const auto& all = operations();
  inThreads(static_cast<unsigned>(all.size()), [&](unsigned i) { body(all[i]); });
}

void expectHelpful(Context& context, const std::string& what, const Error& error) {
  const std::string_view text = error.what();
  expect(!error.message().empty(), what + ": the error says nothing");
  for (const auto& secret : context.harness().secrets()) {
    expect(text.find(secret) == text.npos,
           what + ": the message of " + std::string(nameOf(error.code())) + " shows a secret");
  }
}

Ending outcomeOf(Context& context, const std::string& what, const std::function<void()>& action) {
  try {
    action();
    return Ending::Done;
  } catch (const Error& error) {
    expectErrorAmong({ErrorCode::Unavailable, ErrorCode::Timeout, ErrorCode::Corrupt, ErrorCode::OutcomeUnknown}, what,
                     &error);
    expectHelpful(context, what, error);
    return error.code() == ErrorCode::OutcomeUnknown ? Ending::Unknown : Ending::NotDone;
  }
}

void atEachRequest(FaultProxy& proxy, Strike strike, const std::function<void()>& action) {
  for (strike.skip = 0; strike.skip < kMostRequests; ++strike.skip) {
    const int before = proxy.struck();
    proxy.arm(strike);
    action();
    proxy.disarm();
    if (proxy.struck() != before) continue;
    return expect(strike.skip != 0, "the operation sent no request through the proxy");
  }
}

std::string replyOf(Context& context, Reply kind) {
  std::string reply = context.harness().reply(kind);
  if (reply.empty()) Context::skip("the harness does not say what the server answers then");
  return reply;
}

}  // namespace tally::conformance
