// What is YAML, what is not, and what is too much of it.

#include "config/yaml_tree.hpp"

#include "unit/config_fixture.hpp"

namespace tally::test {
namespace {

TEST_CASE("syntax: broken text is an error with file, line and column") {
  const struct {
    const char* what;
    std::string text;
    const char* place;
  } rows[] = {
      {"open list", "storage:\n  backend: [redis\n", "tally.yaml:"},
      {"open map", "storage: {backend: redis", "tally.yaml:"},
      {"open double quote", "storage:\n  backend: \"redis\n  path: x\n", "tally.yaml:4:1: "},
      {"open single quote at the end", "storage:\n  path: 'x\n", "tally.yaml:3:1: "},
      {"key without colon", "storage:\n  backend: redis\n  \"path\"\n", "tally.yaml:3:3: "},
      {"tab", "storage:\n\tbackend: redis\n", "tally.yaml:2:"},
      {"two values", "storage: a: b\n", "tally.yaml:1:11: "},
      {"stray bracket", "storage: {}\n]\n", "tally.yaml:2:1: "},
      {"reserved character", "storage: @x\n", "tally.yaml:1:10: "},
      {"variable in a flow map", "storage: {path: ${X}}\n", "tally.yaml:1:"},
      {"unknown anchor", "storage: *x\n", "tally.yaml:1:10: "},
      {"alias in its own value", "storage: &x {acme: [*x]}\n", "tally.yaml:1:21: "},
      {"list as key", "? [a]\n: b\n", "tally.yaml:1:3: "},
      {"unknown tag", "evaluation: {timeout: !!int 3}\n", "tally.yaml:1:23: "},
      {"second document", "storage: {}\n---\nstorage: {}\n", "tally.yaml:2:1: "},
      {"not UTF-8", "storage:\n  path: a\xff\n", "tally.yaml:2:10: "},
      {"cut UTF-8", "storage: {path: \xC3", "tally.yaml:1:17: "},
      {"NUL", std::string("storage: {}\n\0x", 14), "tally.yaml:2:1: "},
      {"control character", "storage: {}\n\x04path: x", "tally.yaml:2:1: "},
      {"merge of a text", "storage: {<<: x}\n", "tally.yaml:1:15: "},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(codeOf([&] { parse(row.text); }) == ErrorCode::ConfigSyntax);
    const std::string message = messageOf([&] { parse(row.text); });
    CAPTURE(message);
    CHECK(message.rfind(row.place, 0) == 0);
  }
}

TEST_CASE("syntax: a key given twice is an error that names both lines") {
  const auto load = [] { parse("storage:\n  path: a\n  backend: x\n  path: b\n"); };
  CHECK(codeOf(load) == ErrorCode::ConfigSyntax);
  CHECK(messageOf(load) == "tally.yaml:4:3: 'path' is given twice in this map; first in line 2");
}

TEST_CASE("syntax: text that holds no value gives the defaults") {
  for (const char* text :
       {"", "\n\n", "# comment", "---\n", "...\n", "~", "{}", "storage:\n", "storage: {}\nplugins:\n"}) {
    CAPTURE(text);
    CHECK(parse(text).storage.backend == "local");
    CHECK(parse(text).origins.empty());
  }
}

TEST_CASE("syntax: a file that is not a map is refused") {
  for (const char* text : {"redis", "- redis", "[]", "\"\""}) {
    CAPTURE(text);
    CHECK(codeOf([&] { parse(text); }) == ErrorCode::InvalidConfig);
  }
}

TEST_CASE("syntax: byte order mark, CRLF and a missing last line end are accepted") {
  const Config config =
      parse("\xEF\xBB\xBFstorage:\r\n  backend: redis\r\n  path: \"a b\"\r\nevaluation:\r\n  timeout: 7");
  CHECK(config.storage.backend == "redis");
  CHECK(std::get<std::string>(config.storage.shared.at("path").value) == "a b");
  CHECK(config.evaluation.timeout_ms == 7);
  CHECK(config.storage.backend_origin.toString() == "tally.yaml:2:12");
}

TEST_CASE("syntax: aliases and merge keys repeat values") {
  const Config config = parse(
      "storage:\n"
      "  one: &one {host: h1, port: 1, tags: [a, b]}\n"
      "  two: *one\n"
      "  three: {<<: *one, port: 3}\n"
      "  four:\n"
      "    <<: [{port: 4}, *one]\n");
  CHECK(optionOf<std::string>(config, "two", "host") == "h1");
  CHECK(optionOf<OptionValue::List>(config, "two", "tags") == OptionValue::List{"a", "b"});
  CHECK(optionOf<std::int64_t>(config, "three", "port") == 3);
  CHECK(optionOf<std::string>(config, "three", "host") == "h1");
  CHECK(optionOf<std::int64_t>(config, "four", "port") == 4);
  CHECK(optionOf<std::string>(config, "four", "host") == "h1");
  CHECK(config.origins.at("storage.three.host").toString() == "tally.yaml:2:20");
}

std::string nested(std::size_t levels) {
  return "storage: " + std::string(levels - 1, '[') + std::string(levels - 1, ']');
}

TEST_CASE("syntax: nesting has a limit") {
  CHECK_NOTHROW(config::parseYaml(nested(config::kMaxDepth), "f"));
  CHECK(codeOf([] { config::parseYaml(nested(config::kMaxDepth + 1), "f"); }) == ErrorCode::ConfigSyntax);
  CHECK(codeOf([] { config::parseYaml(std::string(1'000'000, '['), "f"); }) == ErrorCode::ConfigSyntax);
  std::string through_aliases = "a0: &a0 [x]\n";
  for (int i = 1; i < 40; ++i)
    through_aliases += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  CHECK(contains(messageOf([&] { config::parseYaml(through_aliases, "f"); }), "deeper than 32"));
}

TEST_CASE("syntax: aliases can't multiply without end") {
  std::string text = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 30; ++i) {
    const std::string alias = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + alias + ", " + alias + ", " + alias + "]\n";
  }
  CHECK(codeOf([&] { config::parseYaml(text, "f"); }) == ErrorCode::ConfigSyntax);
  CHECK(contains(messageOf([&] { config::parseYaml(text, "f"); }), "100000 values"));
}

}  // namespace
}  // namespace tally::test
