// A whole store of conversations in S2, by the command line: imported, listed, reported, and exported byte for byte.

#include "s2_server.hpp"
#include "support/doctest.hpp"

using namespace tally::s2::test;
using tally::test::runProgram;

namespace {

std::string command(const S2Server& server, const std::vector<std::string>& words) {
  std::vector<std::string> all = {"env",
                                  "-C",
                                  server.folder().string(),
                                  TALLY_CLI,
                                  "--set",
                                  "storage.backend=s2",
                                  "--set",
                                  std::string("storage.s2.basin=") + kBasin,
                                  "--set",
                                  "storage.s2.endpoint=" + server.url(),
                                  "--set",
                                  "storage.s2.createBasin=true",
                                  "--set",
                                  "storage.s2.compression=true"};
  all.insert(all.end(), words.begin(), words.end());
  return runProgram(all);
}

}  // namespace

TEST_CASE("store: imported, listed, reported and exported, every byte the same") {
  const S2Server server;
  CHECK(command(server, {"import", TALLY_SAMPLE_STORE, "--verify"}).find("5 copied") != std::string::npos);
  const std::string names = command(server, {"ls"});
  CHECK(names.find("weather") != std::string::npos);
  CHECK(names.find("odd") != std::string::npos);
  CHECK(command(server, {"report", "weather", "run-1768843769100-kla25ar"}).find("Relevance") != std::string::npos);
  CHECK(command(server, {"plugins", "doctor"}).find("s2") != std::string::npos);
  const std::string copy = (server.folder() / "copy").string();
  CHECK(command(server, {"export", copy}).find("5 copied") != std::string::npos);
  CHECK(runProgram({"diff", "-r", TALLY_SAMPLE_STORE, copy}).empty());
  CHECK(command(server, {"import", TALLY_SAMPLE_STORE}).find("5 the same already") != std::string::npos);
}
