// Environment variables and the caller's own values win over the file, one key each.

#include "unit/config_fixture.hpp"

namespace tally::test {
namespace {

constexpr const char* kRedis = "storage:\n  backend: redis\n  redis:\n    url: redis://file\n";

TEST_CASE("overrides: TALLY_STORAGE_PATH alone keeps a configured redis backend (bug 69)") {
  const Config config = parse(kRedis, {{"TALLY_STORAGE_PATH", "/data"}});
  CHECK(config.storage.backend == "redis");
  CHECK(std::get<std::string>(config.storage.shared.at("path").value) == "/data");
}

TEST_CASE("overrides: REDIS_URL alone changes the url and no backend (bug 69)") {
  const Config config = parse(kRedis, {{"REDIS_URL", "redis://variable"}});
  CHECK(config.storage.backend == "redis");
  CHECK(optionOf<std::string>(config, "redis", "url") == "redis://variable");
  CHECK(parse("storage: {backend: s2}", {{"REDIS_URL", "redis://variable"}}).storage.backend == "s2");
  CHECK(parse("", {{"REDIS_URL", "redis://variable"}}).storage.backend == "local");
}

TEST_CASE("overrides: TALLY_S2_BASIN without a token does not fall back to local (bug 69)") {
  const Config config = parse("storage: {backend: s2}", {{"TALLY_S2_BASIN", "basin"}});
  CHECK(config.storage.backend == "s2");
  CHECK(optionOf<std::string>(config, "s2", "basin") == "basin");
  CHECK(config.storage.sections.at("s2").count("accessToken") == 0);
  const Config by_variable = parse("", {{"TALLY_S2_BASIN", "basin"}, {"TALLY_STORAGE_BACKEND", "s2"}});
  CHECK(by_variable.storage.backend == "s2");
  CHECK(by_variable.storage.backend_origin.toString() == "variable TALLY_STORAGE_BACKEND");
}

TEST_CASE("overrides: TALLY_S2_BASIN chooses no backend, and what was chosen by nobody has the origin default") {
  const Config config = parse("", {{"TALLY_S2_BASIN", "basin"}, {"TALLY_S2_ACCESS_TOKEN", "token"}});
  CHECK(config.storage.backend == "local");
  CHECK(config.storage.backend_origin.toString() == "default");
  CHECK(optionOf<std::string>(config, "s2", "basin") == "basin");
}

TEST_CASE("overrides: autoCreate false is kept (bug 69)") {
  CHECK_FALSE(std::get<bool>(parse("storage: {autoCreate: false}").storage.shared.at("autoCreate").value));
  const Config config = parse("", {{"TALLY_STORAGE_AUTO_CREATE", "false"}});
  CHECK_FALSE(std::get<bool>(config.storage.shared.at("autoCreate").value));
}

TEST_CASE("overrides: every documented variable sets its key and nothing else") {
  const struct {
    const char* variable;
    const char* value;
    const char* key;
  } rows[] = {
      {"TALLY_STORAGE_BACKEND", "acme", "storage.backend"},
      {"TALLY_STORAGE_PATH", "p", "storage.path"},
      {"TALLY_STORAGE_AUTO_CREATE", "false", "storage.autoCreate"},
      {"REDIS_URL", "redis://h", "storage.redis.url"},
      {"TALLY_REDIS_URL", "redis://h", "storage.redis.url"},
      {"TALLY_REDIS_KEY_PREFIX", "k:", "storage.redis.keyPrefix"},
      {"TALLY_S2_BASIN", "b", "storage.s2.basin"},
      {"S2_ACCESS_TOKEN", "t", "storage.s2.accessToken"},
      {"TALLY_S2_ACCESS_TOKEN", "t", "storage.s2.accessToken"},
      {"TALLY_DEFAULT_MODEL", "m", "defaults.model"},
      {"TALLY_DEFAULT_TEMPERATURE", "0.5", "defaults.temperature"},
      {"TALLY_DEFAULT_MAX_RETRIES", "9", "defaults.maxRetries"},
      {"TALLY_MAX_TURNS", "7", "trajectories.maxTurns"},
      {"TALLY_GENERATE_LOGS", "true", "trajectories.generateLogs"},
      {"TALLY_MAX_CONSECUTIVE_SAME_STEP", "5", "trajectories.loopDetection.maxConsecutiveSameStep"},
      {"TALLY_EVALUATION_PARALLELISM", "2", "evaluation.parallelism"},
      {"TALLY_EVALUATION_TIMEOUT", "1", "evaluation.timeout"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.variable);
    const Config config = parse("", {{row.variable, row.value}});
    REQUIRE(config.origins.size() == 1);
    CHECK(config.origins.begin()->first == row.key);
    CHECK(config.origins.begin()->second.toString() == "variable " + std::string(row.variable));
    CHECK(parse("", {{row.variable, ""}}).origins.empty());
  }
}

TEST_CASE("overrides: of two variables for one key the one of tally wins") {
  const Config config = parse("", {{"S2_ACCESS_TOKEN", "plain"},
                                   {"TALLY_S2_ACCESS_TOKEN", "tally"},
                                   {"REDIS_URL", "redis://plain"},
                                   {"TALLY_REDIS_URL", "redis://tally"}});
  CHECK(optionOf<std::string>(config, "s2", "accessToken") == "tally");
  CHECK(optionOf<std::string>(config, "redis", "url") == "redis://tally");
}

TEST_CASE("overrides: variables are not searched for variables") {
  CHECK(optionOf<std::string>(parse("", {{"REDIS_URL", "a${B}$$"}}), "redis", "url") == "a${B}$$");
  CHECK(optionOf<std::string>(parse("", {}, {{"storage.redis.url", "a${B}$$"}}), "redis", "url") == "a${B}$$");
}

TEST_CASE("overrides: the caller wins over variables, they over the file") {
  const Overrides overrides{{"storage.redis.url", "redis://first"}, {"storage.redis.url", "redis://option"}};
  const Config config = parse(kRedis, {{"REDIS_URL", "redis://variable"}}, overrides);
  CHECK(optionOf<std::string>(config, "redis", "url") == "redis://option");
  CHECK(config.origins.at("storage.redis.url").toString() == "option");
  CHECK(config.origins.at("storage.backend").toString() == "tally.yaml:2:12");
}

TEST_CASE("overrides: the caller's text is typed like a plain scalar, and maps are made on the way") {
  const Config config = parse("storage: {acme: }", {},
                              {{"storage.backend", "acme"},
                               {"storage.acme.retry.attempts", "7"},
                               {"storage.acme.fast", "true"},
                               {"storage.acme.ratio", "0.5"},
                               {"storage.acme.name", "x y"},
                               {"evaluation.parallelism", "16"}});
  CHECK(config.storage.backend == "acme");
  CHECK(optionOf<std::int64_t>(config, "acme", "retry.attempts") == 7);
  CHECK(optionOf<bool>(config, "acme", "fast"));
  CHECK(optionOf<double>(config, "acme", "ratio") == 0.5);
  CHECK(optionOf<std::string>(config, "acme", "name") == "x y");
  CHECK(config.evaluation.parallelism == 16);
}

TEST_CASE("overrides: an empty text of the caller unsets the key") {
  const Config config = parse("defaults: {model: m, maxRetries: 9}", {}, {{"defaults.model", ""}});
  CHECK_FALSE(config.defaults.model.has_value());
  CHECK(config.defaults.max_retries == 9);
}

TEST_CASE("overrides: bad keys and values are refused like those of the file") {
  const auto set = [](const std::string& key, const std::string& value) {
    return [=] { parse(kRedis, {}, {{key, value}}); };
  };
  CHECK(codeOf(set("storage.bakend", "redis")) == ErrorCode::ConfigUnknownKey);
  CHECK(contains(messageOf(set("storage.bakend", "redis")), "option: unknown key 'storage.bakend'; did you mean"));
  CHECK(codeOf(set("", "x")) == ErrorCode::ConfigUnknownKey);
  CHECK(codeOf(set("storage", "x")) == ErrorCode::InvalidConfig);
  CHECK(codeOf(set("storage..x", "x")) == ErrorCode::InvalidConfig);
  CHECK(codeOf(set("storage.backend.name", "x")) == ErrorCode::InvalidConfig);
  CHECK(contains(messageOf(set("storage.backend.name", "x")), "tally.yaml:2:12"));
  CHECK(codeOf(set("evaluation.parallelism", "many")) == ErrorCode::InvalidConfig);
  std::string deep = "storage.acme";
  for (int i = 0; i < 40; ++i) deep += ".x";
  CHECK(codeOf(set(deep, "1")) == ErrorCode::InvalidConfig);
  CHECK(messageOf([] {
          parse("", {{"TALLY_MAX_TURNS", "0"}});
        }) == "variable TALLY_MAX_TURNS: trajectories.maxTurns is '0', expected a whole number from 1");
}

}  // namespace
}  // namespace tally::test
