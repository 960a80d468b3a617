#include "option_cases.hpp"

#include <chrono>
#include <string>

#include "tally/conformance/expect.hpp"

namespace tally::conformance {
namespace {

void expectRefused(Context& context, const char* what, const WriteOptions& options) {
  auto& storage = context.storage();
  storage.write("x", "old");
  for (const auto* key : {"x", "d/new"}) {
    expectError(ErrorCode::InvalidArgument, "write of " + quote(key) + what,
                [&] { storage.write(key, "new", options); });
  }
  expectContent(storage, "x", "old");
  expectListing(storage, "", {"x"});
}

void bothConditions(Context& context) {
  WriteOptions options;
  options.if_absent = true;
  options.if_version = context.storage().write("x", "old");
  expectRefused(context, " if absent and if version", options);
}

void noTimeToLive(Context& context) {
  using namespace std::chrono_literals;
  for (const std::chrono::nanoseconds time :
       {0ns, -1ns, std::chrono::nanoseconds(-1h), std::chrono::nanoseconds::min()}) {
    WriteOptions options;
    options.time_to_live = time;
    expectRefused(context, " with no time to live", options);
  }
}

void longToken(Context& context) {
  auto& storage = context.storage();
  for (const std::size_t size : {65U, 100U, 10'000U}) {
    const std::string token(size, 't');
    AppendOptions options;
    options.token = token;
    expectError(ErrorCode::InvalidArgument, "append with a token of " + std::to_string(size) + " bytes",
                [&] { storage.append("x", "1", options); });
  }
  expectAbsent(storage, "x");
}

/// A large append with each option that is declared. What lands is whole, what is refused changes nothing.
void largeAppends(Context& context) {
  auto& storage = context.storage();
  const std::string large = context.bytes(std::size_t{2} << 20);
  std::string expected = "before";
  storage.append("log", expected);
  const auto append = [&](const char* what, const AppendOptions& options) {
    bool landed = false;
    try {
      storage.append("log", large, options);
      landed = true;
      expected += large;
    } catch (const Error& error) {
      expectErrorAmong({ErrorCode::TooLarge}, what, &error);
    }
    expectContent(storage, "log", expected);
    return landed;
  };
  append("append of 2 MiB", {});
  AppendOptions sized, token;
  sized.expected_size = expected.size();
  token.token = "once";
  if (context.offers(Capability::AppendAt)) append("append of 2 MiB with an expected size", sized);
  if (!context.offers(Capability::AppendToken) || !append("append of 2 MiB with a token", token)) return;
  storage.append("log", large, token);
  expectContent(storage, "log", expected);
}

}  // namespace

std::vector<Case> appendOptionCases() {
  return {{"C24", "append: a token above 64 bytes is InvalidArgument and appends nothing", longToken,
           Capability::AppendToken | Facility::Host},
          {"C25", "append: of 2 MiB, whatever its options, is whole, or TooLarge and nothing", largeAppends}};
}

std::vector<Case> writeOptionCases() {
  constexpr auto kHost = Facility::Host;
  return {{"G16", "write: if absent and if version at once are InvalidArgument, and nothing is done", bothConditions,
           Capability::CreateExclusive | (Capability::IfVersion | kHost)},
          {"G17", "write: a time to live that is not above zero is InvalidArgument", noTimeToLive,
           Capability::TimeToLive | kHost}};
}

}  // namespace tally::conformance
