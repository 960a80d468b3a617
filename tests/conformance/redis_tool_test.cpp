// tally-conformance on the redis plugin's file, with all that its options can say about a server.

#include <string>

#include "redis/redis_server.hpp"
#include "tool_run.hpp"

using namespace tally::test;

namespace {

std::string optionsFor(const RedisServer& server) {
  const std::string address = server.address(), url = "redis://" + address;
  server.command({"ACL", "SETUSER", "guest", "on", ">s3cret", "resetkeys", "-@all", "+@connection"});
  return " --set" + quoted("url=" + url) + " --set" + quoted("keyPrefix={place}:") + " --through-proxy" +
         quoted("url=" + address) + " --reply" + quoted("busy=-LOADING later\\r\\n") + " --reply" +
         quoted("broken=-MASTERDOWN nobody there\\r\\n") + " --wrong" +
         quoted("secret:url=redis://guest:another@" + address) + " --wrong" +
         quoted("permission:url=redis://guest:s3cret@" + address) + " --wrong" +
         quoted("container:url=" + url + "/99") + " --plant" +
         quoted("redis-cli -p " + address.substr(address.find(':') + 1) +
                " set \"$PLACE:$(echo \"$KEY\" | tr / :).\" foreign >&2");
}

}  // namespace

TEST_CASE("tool: with a server named, nothing of groups C, J and K is skipped for want of one") {
  const RedisServer server;
  const auto ended = kitOn(TALLY_REDIS_PLUGIN,
                           optionsFor(server) +
                               " --only C16,C21,C22,D11,J,K01,K02 --require C,J01,J02,J03,J04,J05,J06,J07,J08,J09,J10" +
                               " --deviation" + quoted("J16=this build of hiredis may know no TLS"));
  CAPTURE(ended.output);
  CHECK(ended.code == 0);
  CHECK(says(ended, " 0 failed, 0 skipped"));
}

TEST_CASE("tool: the plugin keeps what group P says of its tables, its options and the process") {
  const RedisServer server;
  const auto ended = kitOn(TALLY_REDIS_PLUGIN, optionsFor(server) + " --only P" + TALLY_TOOL_PACE +
                                                   " --require P05,P06,P07,P17,P18,P20,P28,P29,P30,P31,P32,P35,P36");
  CAPTURE(ended.output);
  CHECK(ended.code == 0);
}
