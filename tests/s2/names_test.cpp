// Names of streams: a rule that can be undone.

#include "s2/names/stream_names.hpp"

#include <map>
#include <random>

#include "s2/names/url_text.hpp"
#include "support/doctest.hpp"
#include "tally/path.hpp"
#include "tally/sdk/physical_names.hpp"

using tally::ErrorCode;
using tally::s2::logicalName;
using tally::s2::percentEncoded;
using tally::s2::StreamNames;
using tally::sdk::physicalName;
using tally::test::codeOf;
using tally::test::messageOf;

TEST_CASE("names: the rule, row by row") {
  const struct {
    const char *logical, *physical;
  } table[] = {
      {"conversation.jsonl", "conversation"},
      {"meta.json", "meta"},
      {"run-1.json", "run-1"},
      {"conversation", "conversation."},
      {"conversation.json", "conversation.json"},
      {"plain", "plain."},
      {"dot.", "dot.."},
      {".json", ".json"},
      {"a.b.json", "a.b.json"},
      {"notes.txt", "notes.txt"},
      {"x.jsonl", "x.jsonl"},
      {"...", "...."},
  };
  for (const auto& row : table) {
    CAPTURE(row.logical);
    CHECK(physicalName(row.logical) == row.physical);
    CHECK(logicalName(row.physical) == row.logical);
  }
}

TEST_CASE("names: names that no key maps to are not shown") {
  for (const auto* physical : {".", "..", "...", "conversation.jsonl", "x.json", ""}) {
    CAPTURE(physical);
    CHECK_FALSE(logicalName(physical).has_value());
  }
}

TEST_CASE("names: random names come back, and no two share a stream") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const std::string pieces[] = {"a", ".", "json", ".json", "conversation", ".jsonl", "-", "\xc3\xa9", "%2F", " "};
  std::map<std::string, std::string> seen;
  for (int i = 0; i < 20'000; ++i) {
    std::string logical;
    for (auto left = 1 + random() % 5; left != 0; --left) logical += pieces[random() % std::size(pieces)];
    if (!tally::path::problem(logical).empty()) continue;
    const std::string physical = physicalName(logical);
    CAPTURE(logical);
    REQUIRE(logicalName(physical) == logical);
    const auto [known, is_new] = seen.emplace(physical, logical);
    REQUIRE((is_new || known->second == logical));
  }
}

TEST_CASE("names: keys lie below the prefix") {
  const StreamNames plain(""), team("team/tally"), slash("team/tally/");
  CHECK(plain.streamOf("conversations/conv-1/conversation.jsonl") == "conversations/conv-1/conversation");
  CHECK(plain.streamOf("conversations/conv-1/runs/tally/run-1.json") == "conversations/conv-1/runs/tally/run-1");
  CHECK(team.streamOf("x.json") == "team/tally/x");
  CHECK(slash.streamOf("d/x") == "team/tally/d/x.");
  CHECK(plain.folderOf("").empty());
  CHECK(plain.folderOf("d") == "d/");
  CHECK(team.folderOf("") == "team/tally/");
  for (const auto* bad : {"/", "//", "a//b", "..", "/a"}) {
    CAPTURE(bad);
    if (std::string(bad) == "/") continue;  // an empty prefix with its slash
    CHECK(codeOf([&] { const StreamNames names(bad); }) == ErrorCode::InvalidConfig);
  }
}

TEST_CASE("names: above the service's limit they are refused, with the limit in the message (bug 48)") {
  const StreamNames names("p");
  const std::string fits = std::string(505, 'k') + ".json";
  CHECK(names.streamOf(fits).size() == 507);
  CHECK(names.streamOf(std::string(509, 'k')).size() == 512);
  CHECK(codeOf([&] { names.streamOf(std::string(510, 'k')); }) == ErrorCode::InvalidArgument);
  CHECK(messageOf([&] { names.streamOf(std::string(510, 'k')); }).find("512") != std::string::npos);
}

TEST_CASE("names: everything but letters, digits and four signs is encoded in URLs") {
  CHECK(percentEncoded("conversations/conv-1/a.b_c~d") == "conversations%2Fconv-1%2Fa.b_c~d");
  CHECK(percentEncoded("a b%\n\xf4\x8f\xbf\xbf") == "a%20b%25%0A%F4%8F%BF%BF");
}
