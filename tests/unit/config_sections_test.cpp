// What a plugin gets: typed values by name, and none of them in a message.

#include <cmath>

#include "unit/config_fixture.hpp"

namespace tally::test {
namespace {

using Value = decltype(OptionValue::value);

OptionValue optionFrom(const std::string& scalar) {
  return parse("storage:\n  acme:\n    x: " + scalar + "\n").storage.sections.at("acme").at("x");
}

TEST_CASE("sections: scalars are typed by the rules of YAML 1.2") {
  const struct {
    const char* scalar;
    Value expected;
  } rows[] = {
      {"", std::monostate{}},
      {"~", std::monostate{}},
      {"null", std::monostate{}},
      {"true", true},
      {"FALSE", false},
      {"yes", std::string("yes")},
      {"on", std::string("on")},
      {"tRUE", std::string("tRUE")},
      {"10", std::int64_t{10}},
      {"-7", std::int64_t{-7}},
      {"+7", std::int64_t{7}},
      {"0042", std::int64_t{42}},
      {"0x1F", std::int64_t{31}},
      {"0o17", std::int64_t{15}},
      {"-0x1F", std::string("-0x1F")},
      {"0x", std::string("0x")},
      {"9223372036854775807", std::int64_t{9223372036854775807}},
      {"-9223372036854775808", std::int64_t{-9223372036854775807 - 1}},
      {"9223372036854775808", std::string("9223372036854775808")},
      {"1.5", 1.5},
      {"-.5", -0.5},
      {"+1.", 1.0},
      {"1e3", 1000.0},
      {"12e+03", 12000.0},
      {".inf", HUGE_VAL},
      {"-.Inf", -HUGE_VAL},
      {"1e999", std::string("1e999")},
      {"+-1", std::string("+-1")},
      {"+", std::string("+")},
      {"\".\"", std::string(".")},
      {"1.2.3", std::string("1.2.3")},
      {"1_000", std::string("1_000")},
      {"inf", std::string("inf")},
      {"nan", std::string("nan")},
      {"12:30", std::string("12:30")},
      {"\"10\"", std::string("10")},
      {"'true'", std::string("true")},
      {"!!str 10", std::string("10")},
      {"redis://h:1/0", std::string("redis://h:1/0")},
      {"\"tally:\"", std::string("tally:")},
      {"[a, 10, \"b c\"]", OptionValue::List{"a", "10", "b c"}},
      {"[]", OptionValue::List{}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.scalar);
    CHECK((optionFrom(row.scalar).value == row.expected));
  }
  CHECK(std::isnan(std::get<double>(optionFrom(".NaN").value)));
}

TEST_CASE("sections: the text of a scalar is kept as it was written") {
  for (const char* scalar : {"0042", "1e5", "0x1F", "1.50", "True"}) {
    CAPTURE(scalar);
    CHECK(optionFrom(scalar).text == scalar);
  }
}

TEST_CASE("sections: nested maps are joined by dots, with origins") {
  const Config config =
      parse("storage:\n  acme:\n    retry:\n      attempts: 3\n      wait: {first: 1.5}\n    empty: {}\n");
  const OptionMap& options = config.storage.sections.at("acme");
  CHECK(options.size() == 2);
  CHECK(optionOf<std::int64_t>(config, "acme", "retry.attempts") == 3);
  CHECK(optionOf<double>(config, "acme", "retry.wait.first") == 1.5);
  CHECK(options.at("retry.attempts").origin.toString() == "tally.yaml:4:17");
  CHECK(config.origins.at("storage.acme.retry.wait.first").toString() == "tally.yaml:5:21");
}

TEST_CASE("sections: any backend may have one, also an empty one") {
  const Config config = parse("storage:\n  backend: b1\n  b1:\n  b2: {x: 1}\n");
  CHECK(config.storage.sections.at("b1").empty());
  CHECK(config.storage.sections.at("b2").size() == 1);
}

TEST_CASE("sections: what can't be an option is refused") {
  for (const char* text : {"storage: {acme: {a.b: 1}}", "storage: {acme: {'': 1}}", "storage: {acme: {x: [[1]]}}",
                           "storage: {acme: {x: [{a: 1}]}}", "storage: {acme: {x: [a, ]}, b: {y: [~]}}"}) {
    CAPTURE(text);
    CHECK(codeOf([&] { parse(text); }) == ErrorCode::InvalidConfig);
    CHECK(contains(messageOf([&] { parse(text); }), "tally.yaml:1:"));
  }
}

// Each of these holds "hunter2" where a secret may stand.
TEST_CASE("secrets: no message shows one") {
  const struct {
    const char* what;
    const char* text;
    Variables variables;
    Overrides overrides;
  } rows[] = {
      {"list in a section", "storage: {acme: {accessToken: [[hunter2]]}}", {}, {}},
      {"map in a list", "storage: {acme: {accessToken: [hunter2, {a: hunter2}]}}", {}, {}},
      {"section that is text", "storage: {accessToken: hunter2}", {}, {}},
      {"text for a section", "storage: {acme: hunter2}", {}, {}},
      {"key twice", "storage: {acme: {token: hunter2, token: hunter2}}", {}, {}},
      {"unset variable with a secret beside it", "storage:\n  path: hunter2${GONE}", {}, {}},
      {"url with password", "storage: {plugin: 'redis://u:hunter2@h'}", {}, {}},
      {"url as backend", "storage: {backend: 'redis://u:hunter2@h'}", {}, {}},
      {"variable as url", "storage: {redis: [1]}", {{"REDIS_URL", "redis://u:hunter2@h"}}, {}},
      {"override in the wrong place", "storage: {redis: 1}", {}, {{"storage.redis.url.x", "hunter2"}}},
      {"open quote", "storage: {acme: {token: \"hunter2}}", {}, {}},
      {"not UTF-8", "storage: {acme: {token: hunter2\xff}}", {}, {}},
      {"variable that is not UTF-8", "", {{"S2_ACCESS_TOKEN", "hunter2\xff"}}, {}},
      {"broken reference", "storage: {acme: {token: 'hunter2${'}}", {}, {}},
      {"default of a reference", "storage: {acme: {token: '${A:-hunter2${B}}'}}", {}, {}},
      {"no reference at all", "storage: {acme: {token: '${hunter2!}'}}", {}, {}},
      {"reserved character", "storage: {acme: {token: @hunter2}}", {}, {}},
      {"unknown anchor", "storage: {acme: {token: *hunter2 }}", {}, {}},
      {"unknown tag", "storage: {acme: {token: !hunter2 x}}", {}, {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const std::string message = messageOf([&] { parse(row.text, row.variables, row.overrides); });
    CAPTURE(message);
    CHECK_FALSE(message.empty());
    CHECK_FALSE(contains(message, "hunter2"));
  }
}

}  // namespace
}  // namespace tally::test
