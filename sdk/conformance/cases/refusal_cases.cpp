// Group J: who is refused is told why, and no message shows a secret.
#include <algorithm>

#include "call_cases.hpp"
#include "failing_server.hpp"

namespace tally::conformance {
namespace {

using Codes = std::initializer_list<ErrorCode>;

void expectNamed(const Error& error, const std::string& what, std::string_view word) {
  expect(std::string_view(error.what()).find(word) != std::string_view::npos,
         what + ": the message does not say " + quote(word));
}

/// That opening or, if that works, every operation is refused like that.
void expectAllRefused(Context& context, Codes codes, const std::string& why,
                      const std::function<std::shared_ptr<IStorage>()>& open) {
  std::shared_ptr<IStorage> storage;
  try {
    storage = open();
  } catch (const Error& error) {
    expectErrorAmong(codes, "open" + why, &error);
    return expectHelpful(context, "open" + why, error);
  }
  if (!storage) Context::skip("the harness has no configuration that is wrong like that");
  for (const auto& operation : operations()) {
    const std::string what = operation.name + why;
    const Error error = expectRefusal(context, codes, what, [&] { operation.run(*storage, Call()); });
    if (context.harness().throughHost()) expectNamed(error, what, "d");
  }
}

/// A storage with a wrong configuration; where there is none, one whose server answers as it then would.
std::shared_ptr<IStorage> wrongly(Context& context, Wrong wrong, Reply otherwise) {
  if (auto storage = context.harness().openWrong(wrong)) return storage;
  const std::string reply = context.harness().reply(otherwise);
  if (reply.empty() || context.harness().server().empty()) return nullptr;
  const auto on = std::make_shared<Proxied>(context);
  on->proxy.arm({Fault::Answer, Strike::kForEver, 0, {}, reply});
  return {on, on->storage.get()};
}

// (bugs 24 and 41) Every failure was an empty value, an empty listing or an absent key.
void stranger(Context& context) {
  context.open()->write("d/x", kOld);
  expectAllRefused(context, {ErrorCode::Unauthenticated}, " by somebody whom the server does not know",
                   [&] { return wrongly(context, Wrong::Secret, Reply::Stranger); });
  expectContent(context.storage(), "d/x", kOld);
}

// (bugs 24, 41 and 42) What may not be seen was absent.
void forbidden(Context& context) {
  context.open()->write("d/x", kOld);
  expectAllRefused(context, {ErrorCode::PermissionDenied}, " by somebody who may do nothing",
                   [&] { return wrongly(context, Wrong::Permission, Reply::Forbidden); });
  expectContent(context.storage(), "d/x", kOld);
}

// (bug 41)
void noContainer(Context& context) {
  expectAllRefused(context, {ErrorCode::NotFound, ErrorCode::Unavailable, ErrorCode::InvalidConfig},
                   " in a database or basin that does not exist",
                   [&] { return context.harness().openWrong(Wrong::Container); });
}

void noCertificate(Context& context) {
  expectAllRefused(
      context,
      {ErrorCode::Unavailable, ErrorCode::Unauthenticated, ErrorCode::PermissionDenied, ErrorCode::InvalidConfig},
      " on a server that nobody vouches for", [&] { return context.harness().openWrong(Wrong::Certificate); });
}

// (bug 24)
void foreignKey(Context& context) {
  auto& storage = context.storage();
  storage.write("d/own", kOld);
  if (!context.harness().plantForeign("d/foreign")) Context::skip("the harness plants nothing foreign");
  const auto refused = [&](const char* name, const std::function<void()>& action) {
    const std::string what = name + std::string(" of what is no object of ours");
    const Error error = expectRefusal(context, {ErrorCode::Corrupt}, what, action);
    if (context.harness().throughHost()) expectNamed(error, what, "d/foreign");
  };
  refused("read", [&] { storage.read("d/foreign"); });
  refused("append", [&] { storage.append("d/foreign", kNew); });
  const auto names = namesIn(storage, "d");
  expect(std::find(names.begin(), names.end(), "own") != names.end(),
         "list of 'd': what is no object of ours hides 'own'");
  expectContent(storage, "d/own", kOld);
}

/// A cause, and what its error has to say.
struct Cause {
  const char* what;
  ErrorCode code;
  const char* key;
  std::function<void(IStorage&)> run;
  Needs needs = {};
};

const std::vector<Cause>& causes() {
  static const auto kAbsent = [] {
    WriteOptions options;
    options.if_absent = true;
    return options;
  }();
  static const auto kStale = [] {
    WriteOptions options;
    options.if_version = Version("no such version");
    return options;
  }();
  static const std::vector<Cause> kAll = {
      {"read of a missing key", ErrorCode::NotFound, "d/nobody", [](IStorage& s) { s.read("d/nobody"); }},
      {"read of a directory", ErrorCode::IsADirectory, "d", [](IStorage& s) { s.read("d"); }},
      {"remove of a directory", ErrorCode::IsADirectory, "d", [](IStorage& s) { s.remove("d"); }},
      {"append below a file", ErrorCode::NotADirectory, "d/x/y", [](IStorage& s) { s.append("d/x/y", kNew); }},
      {"read behind the end", ErrorCode::RangeNotSatisfied, "d/x",
       [](IStorage& s) {
         s.read("d/x", {100, 1});
       }},
      {"write if absent", ErrorCode::AlreadyExists, "d/x", [](IStorage& s) { s.write("d/x", kNew, kAbsent); },
       Capability::CreateExclusive},
      {"write of a stale version", ErrorCode::Conflict, "d/x", [](IStorage& s) { s.write("d/x", kNew, kStale); },
       Capability::IfVersion},
      {"read of a bad key", ErrorCode::InvalidArgument, "d/../x", [](IStorage& s) { s.read("d/../x"); },
       Facility::Host},
  };
  return kAll;
}

void wellSaid(Context& context) {
  auto& storage = context.storage();
  storage.write("d/x", kOld);
  for (const auto& cause : causes()) {
    const bool offered = (cause.needs.capabilities.bits() & ~storage.capabilities().bits()) == 0 &&
                         (cause.needs.facilities == 0 || context.harness().throughHost());
    if (!offered) continue;
    const Error error = expectRefusal(context, {cause.code}, cause.what, [&] { cause.run(storage); });
    expect(!error.retryable(), cause.what + std::string(": says that the same call may succeed when it is repeated"));
    if (context.harness().throughHost()) expectNamed(error, cause.what, cause.key);
  }
  expectContent(storage, "d/x", kOld);
}

}  // namespace

std::vector<Case> refusalCases() {
  return {
      {"J03", "all: with credentials that the server does not know are Unauthenticated", stranger},
      {"J04", "all: what the credentials don't allow is PermissionDenied", forbidden},
      {"J05", "all: without the database or basin are errors, never an empty store", noContainer},
      {"J06", "read, append: of what is no object of ours are Corrupt, and the neighbours stay", foreignKey},
      {"J15", "errors: name the key, say whether to repeat, and show no secret", wellSaid},
      {"J16", "all: a server that nobody vouches for is refused", noCertificate},
  };
}

}  // namespace tally::conformance
