// ${VAR} and ${VAR:-default} inside values.

#include "config/variables.hpp"

#include "unit/config_fixture.hpp"

namespace tally::test {
namespace {

const Variables kVariables{{"HOST", "db1"}, {"PORT", "6380"}, {"EMPTY", ""}, {"NESTED", "${HOST} $$"}, {"_x9", "y"}};

std::string expand(std::string_view text) {
  return config::expandVariables(text, environmentOf(kVariables), {"tally.yaml", 4, 12});
}

TEST_CASE("variables: are replaced anywhere in a value") {
  const struct {
    const char* text;
    const char* expected;
  } rows[] = {
      {"", ""},
      {"plain", "plain"},
      {"${HOST}", "db1"},
      {"redis://${HOST}:${PORT}/0", "redis://db1:6380/0"},
      {"${HOST}${HOST}", "db1db1"},
      {"${GONE:-other}", "other"},
      {"${HOST:-other}", "db1"},
      {"${GONE:-}", ""},
      {"${EMPTY:-full}", "full"},
      {"${GONE:-redis://localhost:6379}", "redis://localhost:6379"},
      {"${GONE:-a:-b}", "a:-b"},
      {"${_x9}", "y"},
      {"${NESTED}", "${HOST} $$"},
      {"$$", "$"},
      {"$${HOST}", "${HOST}"},
      {"$$${HOST}", "$db1"},
      {"$", "$"},
      {"a$b $1 $", "a$b $1 $"},
      {"}{", "}{"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(expand(row.text) == row.expected);
  }
}

TEST_CASE("variables: broken references are refused with their place") {
  for (const char* text : {"${", "${HOST", "a ${HOST:-b", "${}", "${:-x}", "${1A}", "${A B}", "${HOST-x}", "${A:x}",
                           "${GONE:-${HOST}}", "${HOST:-${GONE}}"}) {
    CAPTURE(text);
    CHECK(codeOf([&] { expand(text); }) == ErrorCode::ConfigSyntax);
    CHECK(contains(messageOf([&] { expand(text); }), "tally.yaml:4:12: "));
  }
}

TEST_CASE("variables: unset or empty without a default is an error with variable and place") {
  for (const char* name : {"GONE", "EMPTY"}) {
    CAPTURE(name);
    const auto load = [&] { parse("storage:\n  path: x/${" + std::string(name) + "}/y\n", kVariables); };
    CHECK(codeOf(load) == ErrorCode::ConfigUnsetVariable);
    const std::string message = messageOf(load);
    CHECK(contains(message, "tally.yaml:2:9: "));
    CHECK(contains(message, name));
  }
}

TEST_CASE("variables: a plain value is typed after replacement, a quoted one is text") {
  const Config config = parse(
      "storage:\n"
      "  acme:\n"
      "    plain: ${PORT}\n"
      "    part: 1${PORT}\n"
      "    quoted: \"${PORT}\"\n"
      "    single: '${PORT}'\n"
      "    block: |-\n"
      "      ${PORT}\n"
      "    flow: [\"${HOST}\", b]\n"
      "    nothing: ${GONE:-}\n"
      "    blank: \"${GONE:-}\"\n",
      kVariables);
  CHECK(optionOf<std::int64_t>(config, "acme", "plain") == 6380);
  CHECK(optionOf<std::int64_t>(config, "acme", "part") == 16380);
  CHECK(optionOf<std::string>(config, "acme", "quoted") == "6380");
  CHECK(optionOf<std::string>(config, "acme", "single") == "6380");
  CHECK(optionOf<std::string>(config, "acme", "block") == "6380");
  CHECK(optionOf<OptionValue::List>(config, "acme", "flow") == OptionValue::List{"db1", "b"});
  CHECK(optionOf<std::monostate>(config, "acme", "nothing") == std::monostate{});
  CHECK(optionOf<std::string>(config, "acme", "blank").empty());
}

TEST_CASE("variables: what looks like YAML in a variable is only text") {
  const Config config = parse("storage:\n  acme:\n    value: ${INJECTED}\n", {{"INJECTED", "x\nbackend: evil # ["}});
  CHECK(optionOf<std::string>(config, "acme", "value") == "x\nbackend: evil # [");
  CHECK(config.storage.backend == "local");
}

TEST_CASE("variables: keys are never replaced") {
  CHECK(codeOf([] { parse("${HOST}: 1\n", kVariables); }) == ErrorCode::ConfigUnknownKey);
  const Config config = parse("storage: {acme: {\"${HOST}\": 1}}", kVariables);
  CHECK(optionOf<std::int64_t>(config, "acme", "${HOST}") == 1);
}

TEST_CASE("variables: a value that is overridden needs none of its own") {
  const char* text = "storage:\n  s2:\n    accessToken: ${GONE}\n";
  CHECK(optionOf<std::string>(parse(text, {}, {{"storage.s2.accessToken", "t"}}), "s2", "accessToken") == "t");
}

TEST_CASE("variables: a value that is not UTF-8 is refused") {
  const auto load = [] { parse("storage:\n  path: ${BAD}\n", {{"BAD", "a\xff"}}); };
  CHECK(codeOf(load) == ErrorCode::InvalidConfig);
  CHECK(contains(messageOf(load), "variable BAD"));
}

}  // namespace
}  // namespace tally::test
