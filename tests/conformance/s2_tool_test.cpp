// tally-conformance on the s2 plugin's file.

#include <string>

#include "s2/s2_server.hpp"
#include "tool_run.hpp"

using namespace tally::test;

TEST_CASE("tool: the plugin keeps what group P says of its tables, its options and the process") {
  const tally::s2::test::S2Server server;
  const auto ended =
      kitOn(TALLY_S2_PLUGIN, " --set" + quoted("endpoint=" + server.url()) + " --set" +
                                 quoted(std::string("basin=") + tally::s2::test::kBasin) +
                                 " --set createBasin=true --set" + quoted("prefix={place}") + " --only P" +
                                 TALLY_TOOL_PACE + " --require P05,P06,P07,P17,P18,P20,P28,P29,P30,P31,P33,P35,P36");
  CAPTURE(ended.output);
  CHECK(ended.code == 0);
}
