// "Did you mean", and facts that hold for any text.

#include "config/names.hpp"

#include <rapidcheck.h>

#include <algorithm>

#include "config/variables.hpp"
#include "unit/config_fixture.hpp"

namespace tally::test {
namespace {

TEST_CASE("nearestName: finds slips, and nothing where nothing is near") {
  const std::vector<std::string> known{"backend", "path", "autoCreate", "plugin", "x"};
  const struct {
    const char* given;
    const char* expected;
  } rows[] = {
      {"backend", "backend"},
      {"bakend", "backend"},
      {"BACKEND", "backend"},
      {"backedn", "backend"},
      {"bakcedn", "backend"},
      {"ptah", "path"},
      {"pth", "path"},
      {"auto_create", "autoCreate"},
      {"plugins", "plugin"},
      {"url", ""},
      {"", ""},
      {"y", ""},
      {"X", "x"},
      {"keyPrefix", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.given);
    CHECK(nearestName(row.given, known) == row.expected);
  }
  CHECK(nearestName("ulr", {"url", "pool"}) == "url");
  CHECK(nearestName("2s", {"s2"}) == "s2");
  CHECK(nearestName("abc", {}).empty());
  CHECK(nearestName(std::string(1'000'000, 'b'), known).empty());
}

TEST_CASE("nearestName: a known name is nearest to itself, and an answer is always a known name") {
  CHECK(rc::check([](const std::vector<std::string>& known, const std::string& given) {
    const std::string answer = nearestName(given, known);
    RC_ASSERT(answer.empty() || std::count(known.begin(), known.end(), answer) > 0);
    for (const std::string& name : known)
      if (!name.empty()) RC_ASSERT(config::printable(nearestName(name, {name})) == config::printable(name));
  }));
}

TEST_CASE("variables: text without '$' stays as it is, and '$' doubled comes back") {
  CHECK(rc::check([](const std::string& text) {
    std::string plain, doubled;
    for (const char c : text) {
      if (c != '$') plain += c;
      doubled += c == '$' ? std::string("$$") : std::string(1, c);
    }
    RC_ASSERT(config::expandVariables(plain, environmentOf({}), {}) == plain);
    RC_ASSERT(config::expandVariables(doubled, environmentOf({}), {}) == text);
  }));
}

TEST_CASE("parseConfig: any text is a configuration or an error of this room") {
  const auto piece = rc::gen::element<std::string>("storage", ":", " ", "\n", "  ", "backend", "[", "]", "{", "}", "\"",
                                                   "'", "${A", ":-", "&a ", "*a", "<<", "- ", "? ", "|", "#", "!", "%",
                                                   "---", "\t", "\r", "\xff", "acme", "1", "~", ",", "path");
  CHECK(rc::check([piece] {
    const auto pieces = *rc::gen::container<std::vector<std::string>>(piece);
    std::string text;
    for (const std::string& each : pieces) text += each;
    try {
      parse(text, {{"A", "value"}});
    } catch (const Error& error) {
      const auto code = static_cast<int>(error.code());
      RC_ASSERT(error.code() == ErrorCode::InvalidConfig || (code <= -101 && code >= -104));
    }
  }));
}

TEST_CASE("names: of backends") {
  for (const char* name : {"a", "s2", "my_backend", "a2345678901234567890123456789012"}) {
    CAPTURE(name);
    CHECK(config::isBackendName(name));
  }
  for (const char* name : {"", "2s", "_a", "A", "a-b", "a.b", "a/b", "ä", "a23456789012345678901234567890123"}) {
    CAPTURE(name);
    CHECK_FALSE(config::isBackendName(name));
  }
}

TEST_CASE("names: text for a message is one short line of whole characters") {
  CHECK(config::printable("a\nb\x1b[31m") == "a b [31m");
  CHECK(config::printable(std::string(100, 'x')) == std::string(80, 'x') + "...");
  CHECK(config::printable(std::string(79, 'x') + "\xC3\xA4") == std::string(79, 'x') + "...");
  CHECK(config::printable("a\xC2\x9B"
                          "31m\xC2\xA0") == "a  31m\xC2\xA0");
  CHECK(config::printable(std::string(100, '\x80')) == std::string(77, '\x80') + "...");
  CHECK(config::printable("abcdef", 3) == "abc...");
}

}  // namespace
}  // namespace tally::test
