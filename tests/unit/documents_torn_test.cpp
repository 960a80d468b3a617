// A writer may die after any byte. Cut a small conversation at every byte: nothing that was whole is lost, nothing
// that is there is thrown away, and the next step still gets a line of its own.
#include <string>

#include "support/doctest.hpp"
#include "support/documents.hpp"
#include "tally/documents.hpp"

using tally::Conversation;
using tally::Finding;
using tally::test::kindsOf;
using tally::test::line;
using tally::test::step;

namespace {

const std::string kFile = line("c", 0, R"(,"conversationMetadata":{"t":"\u00e9\\"})") + line("c", 1) + line("c", 2);

// How many lines are whole in the first `size` bytes; the last one is also whole without its line feed.
std::size_t wholeLines(std::size_t size) {
  std::size_t count = 0;
  for (std::size_t end = kFile.find('\n'); end != kFile.npos && end <= size; end = kFile.find('\n', end + 1)) ++count;
  return count;
}

bool endsInsideLine(std::size_t size) {
  const std::string cut = kFile.substr(0, size);
  return !cut.empty() && cut.back() != '\n' && kFile[size] != '\n';
}

}  // namespace

TEST_CASE("documents: a file cut at any byte loads its whole lines and reports the rest") {
  for (std::size_t size = 0; size <= kFile.size(); ++size) {
    CAPTURE(size);
    const auto conversation = Conversation::parse("c", kFile.substr(0, size));
    REQUIRE(conversation.steps().size() == wholeLines(size));
    REQUIRE(conversation.serialize() == kFile.substr(0, size));
    const bool torn = endsInsideLine(size);
    REQUIRE(conversation.findings().size() == (torn ? 1 : 0));
    if (torn) REQUIRE(conversation.findings()[0].kind == Finding::Kind::TornLastLine);
  }
}

TEST_CASE("documents: a step added to a file cut at any byte has a line of its own") {
  for (std::size_t size = 0; size <= kFile.size(); ++size) {
    CAPTURE(size);
    auto conversation = Conversation::parse("c", kFile.substr(0, size));
    const auto before = conversation.steps();
    conversation.add(step(7));
    const auto again = Conversation::parse("c", conversation.serialize());
    REQUIRE(again.steps().size() == before.size() + 1);
    REQUIRE(again.steps().back().index() == 7);
    REQUIRE(again.serialize().starts_with(kFile.substr(0, size)));
  }
}
