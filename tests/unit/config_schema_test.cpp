// Known keys, their types and ranges, and the sections of backends.

#include "unit/config_fixture.hpp"

namespace tally::test {
namespace {

TEST_CASE("schema: every key arrives in its member") {
  const std::string digits(64, 'A');
  const Config config = parse(
      "storage: {backend: acme_2, path: data, autoCreate: false, plugin: {path: /p/acme.so}, acme_2: {x: 1}}\n"
      "plugins: {searchPath: [./a/../b], sha256: {acme_2: " +
      digits +
      "}, allowUserDir: true, trust: relaxed}\n"
      "defaults: {model: gpt, temperature: 1.5, maxRetries: 0}\n"
      "trajectories: {maxTurns: 1, generateLogs: true, loopDetection: {maxConsecutiveSameStep: 9}}\n"
      "evaluation: {parallelism: 8, timeout: 0}\n");
  CHECK(config.storage.backend == "acme_2");
  CHECK(std::get<std::string>(config.storage.shared.at("path").value) == "data");
  CHECK_FALSE(std::get<bool>(config.storage.shared.at("autoCreate").value));
  CHECK(config.storage.plugin_path == "/p/acme.so");
  CHECK(config.storage.sections.size() == 1);
  CHECK(config.plugins.search_path == std::vector<std::filesystem::path>{"/srv/app/b"});
  CHECK(config.plugins.sha256.at("acme_2") == std::string(64, 'a'));
  CHECK(config.plugins.allow_user_dir);
  CHECK(config.plugins.relaxed_trust);
  CHECK(config.defaults.model == "gpt");
  CHECK(config.defaults.temperature == 1.5);
  CHECK(config.defaults.max_retries == 0);
  CHECK(config.trajectories.max_turns == 1);
  CHECK(config.trajectories.generate_logs);
  CHECK(config.trajectories.max_consecutive_same_step == 9);
  CHECK(config.evaluation.parallelism == 8);
  CHECK(config.evaluation.timeout_ms == 0);
  CHECK(config.origins.size() == 18);  // with the section itself
  CHECK(config.origins.at("trajectories.loopDetection.maxConsecutiveSameStep").toString() == "tally.yaml:4:89");
  CHECK(config.origins.at("plugins.sha256.acme_2").line == 2);
}

TEST_CASE("schema: unknown keys are refused, with the nearest known one (bug 69)") {
  const struct {
    const char* text;
    const char* start;
    const char* hint;
  } rows[] = {
      {"storge: {}", "tally.yaml:1:1: unknown key 'storge'", "did you mean 'storage'?"},
      {"storage:\n  bakend: redis", "tally.yaml:2:3: unknown key 'storage.bakend'", "did you mean 'backend'?"},
      {"storage:\n  Backend: redis", "tally.yaml:2:3: unknown key 'storage.Backend'", "did you mean 'backend'?"},
      {"storage: {acme: [1]}", "tally.yaml:1:11: unknown key 'storage.acme'", "or a map with the options"},
      {"storage: {plugin: {file: x}}", "tally.yaml:1:20: unknown key 'storage.plugin.file'", "known here: path"},
      {"plugins: {searchPaths: []}", "tally.yaml:1:11: unknown key", "did you mean 'searchPath'?"},
      {"defaults: {temprature: 1}", "tally.yaml:1:12: unknown key", "did you mean 'temperature'?"},
      {"trajectories: {loopDetection: {x: 1}}", "tally.yaml:1:32: unknown key 'trajectories.loopDetection.x'", ""},
      {"evaluation: {workers: 4}", "tally.yaml:1:14: unknown key", "known here: parallelism, timeout"},
      {"\"a\\nb\": 1", "tally.yaml:1:1: unknown key 'a b'", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(codeOf([&] { parse(row.text); }) == ErrorCode::ConfigUnknownKey);
    const std::string message = messageOf([&] { parse(row.text); });
    CAPTURE(message);
    CHECK(message.rfind(row.start, 0) == 0);
    CHECK(contains(message, row.hint));
  }
}

TEST_CASE("schema: wrong types and ranges are refused with what is expected") {
  const struct {
    const char* text;
    const char* message;
  } rows[] = {
      {"evaluation:\n  parallelism: many",
       "tally.yaml:2:16: evaluation.parallelism is 'many', expected a whole number from 1"},
      {"evaluation: {parallelism: 0}",
       "tally.yaml:1:27: evaluation.parallelism is '0', expected a whole number from 1"},
      {"evaluation: {parallelism: 1.5}", "'1.5', expected a whole number"},
      {"evaluation: {parallelism: \"4\"}", "'4' in quotes, which make it text, expected a whole number"},
      {"evaluation: {parallelism: 99999999999999999999}", "expected a whole number"},
      {"evaluation: {parallelism: [4]}", "a list, expected a whole number"},
      {"evaluation: {timeout: -1}", "expected a whole number from 0"},
      {"evaluation: 4", "evaluation is '4', expected a map"},
      {"defaults: {temperature: 2.1}", "defaults.temperature is '2.1', expected a number from 0 to 2"},
      {"defaults: {temperature: -0.1}", "expected a number from 0 to 2"},
      {"defaults: {temperature: .nan}", "expected a number from 0 to 2"},
      {"defaults: {temperature: hot}", "expected a number from 0 to 2"},
      {"defaults: {maxRetries: -1}", "expected a whole number from 0"},
      {"defaults: {model: {}}", "defaults.model is a map, expected text"},
      {"trajectories: {maxTurns: 0}", "expected a whole number from 1"},
      {"trajectories: {generateLogs: yes}", "trajectories.generateLogs is 'yes', expected true or false"},
      {"trajectories: {loopDetection: {maxConsecutiveSameStep: 0}}", "expected a whole number from 1"},
      {"trajectories: {loopDetection: true}", "trajectories.loopDetection is 'true', expected a map"},
      {"storage: {backend: Redis}", "storage.backend is 'Redis', expected the name of a backend: a letter a-z"},
      {"storage: {backend: [redis]}", "storage.backend is a list, expected the name"},
      {"storage: {backend: a23456789012345678901234567890123}", "expected the name of a backend"},
      {"storage: {Acme: {}}", "tally.yaml:1:11: storage.Acme is a map and so the section of a backend"},
      {"storage: {autoCreate: 1}", "storage.autoCreate is '1', expected true or false"},
      {"storage: {path: [a]}", "storage.path is a list, expected the path of a folder"},
      {"storage: {path: ''}", "expected the path of a folder"},
      {"storage: {plugin: x.so}", "storage.plugin is 'x.so', expected a map"},
      {"storage: {plugin: {path: ~/x.so}}", "'~' is not expanded"},
      {"plugins: {searchPath: [~/plugins]}", "plugins.searchPath is '~/plugins', and '~' is not expanded"},
      {"plugins: {searchPath: [[a]]}", "an entry is not the name of a folder"},
      {"plugins: {searchPath: {a: b}}", "plugins.searchPath is a map, expected a list of folders"},
      {"plugins: {trust: full}", "plugins.trust is 'full', expected normal or relaxed"},
      {"plugins: {allowUserDir: 0}", "expected true or false"},
      {"plugins: {sha256: {redis: abc}}", "plugins.sha256.redis is 'abc', expected the 64 hexadecimal digits"},
      {"plugins: {sha256: {Redis: abc}}", "plugins.sha256.Redis: the name of a backend is"},
      {"plugins: {sha256: abc}", "plugins.sha256 is 'abc', expected a map"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(codeOf([&] { parse(row.text); }) == ErrorCode::InvalidConfig);
    const std::string message = messageOf([&] { parse(row.text); });
    CAPTURE(message);
    CHECK(contains(message, row.message));
  }
}

TEST_CASE("schema: text keys take what looks like a number") {
  CHECK(parse("defaults: {model: 4.10}").defaults.model == "4.10");
  CHECK(std::get<std::string>(parse("storage: {path: 007}").storage.shared.at("path").value) == "007");
}

TEST_CASE("schema: a key without a value keeps the default") {
  const Config config = parse("storage: {backend: , path: ~}\nevaluation: {parallelism: null}\ndefaults: {model: }\n");
  CHECK(config.storage.backend == "local");
  CHECK(config.storage.shared.empty());
  CHECK(config.evaluation.parallelism == 4);
  CHECK_FALSE(config.defaults.model.has_value());
  CHECK(config.origins.empty());
}

TEST_CASE("schema: one folder needs no list") {
  CHECK(parse("plugins: {searchPath: a}").plugins.search_path == std::vector<std::filesystem::path>{"/srv/app/a"});
}

}  // namespace
}  // namespace tally::test
