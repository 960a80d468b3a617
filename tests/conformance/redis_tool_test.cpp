// tally-conformance on the redis plugin's file, with all that its options can say about a server.

#include <sys/wait.h>

#include <cstdio>
#include <string>

#include "redis/redis_server.hpp"
#include "support/doctest.hpp"

namespace {

std::string quoted(const std::string& text) { return " '" + text + "'"; }

std::string optionsFor(const tally::test::RedisServer& server) {
  const std::string address = server.address(), url = "redis://" + address;
  server.command({"ACL", "SETUSER", "guest", "on", ">s3cret", "resetkeys", "-@all", "+@connection"});
  return " --set plugins.trust=relaxed --set" + quoted("url=" + url) + " --set" + quoted("keyPrefix={place}:") +
         " --through-proxy" + quoted("url=" + address) + " --reply" + quoted("busy=-LOADING later\\r\\n") + " --reply" +
         quoted("broken=-MASTERDOWN nobody there\\r\\n") + " --wrong" +
         quoted("secret:url=redis://guest:another@" + address) + " --wrong" +
         quoted("permission:url=redis://guest:s3cret@" + address) + " --wrong" +
         quoted("container:url=" + url + "/99") + " --plant" +
         quoted("redis-cli -p " + address.substr(address.find(':') + 1) +
                " set \"$PLACE:$(echo \"$KEY\" | tr / :).\" foreign >&2");
}

}  // namespace

TEST_CASE("tool: with a server named, nothing of groups C, J and K is skipped for want of one") {
  const tally::test::RedisServer server;
  const std::string command = std::string(TALLY_CONFORMANCE_TOOL) + quoted(TALLY_REDIS_PLUGIN) + optionsFor(server) +
                              " --only C16,C21,C22,D11,J,K01,K02 --require C,J01,J02,J03,J04,J05,J06,J07,J08,J09,J10" +
                              " --deviation" + quoted("J16=this build of hiredis may know no TLS") + " 2>&1";
  std::FILE* const stream = ::popen(command.c_str(), "r");
  REQUIRE(stream != nullptr);
  std::string output;
  char buffer[4096];
  for (std::size_t got; (got = std::fread(buffer, 1, sizeof buffer, stream)) != 0;) output.append(buffer, got);
  const int status = ::pclose(stream);
  CAPTURE(output);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(output.find(" 0 failed, 0 skipped") != std::string::npos);
}
