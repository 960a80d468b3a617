// What a removal says of what was there.

#include "s2_server.hpp"
#include "support/doctest.hpp"
#include "tally/conformance/fault_proxy.hpp"

using namespace tally;
using namespace tally::s2::test;
using namespace std::chrono_literals;
using conformance::Fault;
using conformance::FaultProxy;
using tally::test::codeOf;

namespace {

conformance::Strike nextRemoval(Fault fault) { return {fault, 1, 0, "DELETE "}; }

}  // namespace

TEST_CASE("removal: one whose answer is lost says what it has removed, or that it may have") {
  const S2Server server;
  FaultProxy proxy(server.address(), kMethods);
  s2::S2Storage storage(settingsFor("http://" + proxy.address()), Call());
  for (const std::string key : {"d/x", "d"}) {
    CAPTURE(key);
    storage.write("d/x", "content");  // leaves a connection, on which libcurl would repeat the removal by itself
    proxy.arm(nextRemoval(Fault::CutAfter));
    CHECK(storage.remove(key, {key == "d"}));
    CHECK_FALSE(storage.stat("d/x").has_value());
  }
  storage.write("d/x", "content");
  proxy.arm(nextRemoval(Fault::CutAfter));
  CHECK(codeOf([&] { storage.remove("d"); }) == ErrorCode::IsADirectory);
  proxy.arm(nextRemoval(Fault::Hang));
  CHECK(codeOf([&] { storage.remove("d/x", {}, Call::within(200ms)); }) == ErrorCode::OutcomeUnknown);
  CHECK(codeOf([&] { storage.remove("d/x", {}, Call::within(0ms)); }) == ErrorCode::Timeout);
}

TEST_CASE("removal: the root is always there, a folder only with something in it") {
  const S2Server server;
  const auto storage = openS2(server);
  CHECK(storage->remove("", {true}));
  CHECK_FALSE(storage->remove("d", {true}));
  CHECK(codeOf([&] { storage->remove(""); }) == ErrorCode::IsADirectory);
}
