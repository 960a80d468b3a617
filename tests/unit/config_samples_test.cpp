// The files in config/ load, and say what the documentation says.

#include <algorithm>
#include <fstream>
#include <sstream>

#include "unit/config_fixture.hpp"

namespace tally::test {
namespace {

namespace fs = std::filesystem;

Config loadSample(const std::string& name, const Variables& variables = {}) {
  return loadConfig({fs::path(TALLY_SAMPLES) / name, {}, environmentOf(variables), {}});
}

TEST_CASE("samples: every YAML file is loaded by a test") {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(TALLY_SAMPLES))
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  CHECK(names == std::vector<std::string>{"local.yaml", "redis.yaml", "s2.yaml", "tally.yaml"});
}

TEST_CASE("samples: tally.yaml needs no variable and says the defaults") {
  const Config sample = loadSample("tally.yaml"), defaults = parse("");
  CHECK(sample.storage.backend == defaults.storage.backend);
  CHECK(sample.storage.plugin_path == defaults.storage.plugin_path);
  CHECK(std::get<std::string>(sample.storage.shared.at("path").value) == ".tally");
  CHECK(std::get<bool>(sample.storage.shared.at("autoCreate").value));
  CHECK(sample.plugins.search_path == defaults.plugins.search_path);
  CHECK(sample.plugins.sha256 == defaults.plugins.sha256);
  CHECK(sample.plugins.allow_user_dir == defaults.plugins.allow_user_dir);
  CHECK(sample.plugins.relaxed_trust == defaults.plugins.relaxed_trust);
  CHECK(sample.defaults.model == defaults.defaults.model);
  CHECK(sample.defaults.temperature == defaults.defaults.temperature);
  CHECK(sample.defaults.max_retries == defaults.defaults.max_retries);
  CHECK(sample.trajectories.max_turns == defaults.trajectories.max_turns);
  CHECK(sample.trajectories.generate_logs == defaults.trajectories.generate_logs);
  CHECK(sample.trajectories.max_consecutive_same_step == defaults.trajectories.max_consecutive_same_step);
  CHECK(sample.evaluation.parallelism == defaults.evaluation.parallelism);
  CHECK(sample.evaluation.timeout_ms == defaults.evaluation.timeout_ms);
}

TEST_CASE("samples: local.yaml") {
  const Config config = loadSample("local.yaml");
  CHECK(config.storage.backend == "local");
  CHECK(std::get<std::string>(config.storage.shared.at("path").value) == ".tally");
}

TEST_CASE("samples: redis.yaml") {
  const Config config = loadSample("redis.yaml");
  CHECK(config.storage.backend == "redis");
  CHECK(optionOf<std::string>(config, "redis", "url") == "redis://localhost:6379");
  CHECK(optionOf<std::string>(config, "redis", "keyPrefix") == "tally:");
  const Config elsewhere = loadSample("redis.yaml", {{"REDIS_URL", "rediss://h"}});
  CHECK(optionOf<std::string>(elsewhere, "redis", "url") == "rediss://h");
}

TEST_CASE("samples: s2.yaml") {
  const Config config = loadSample("s2.yaml", {{"S2_ACCESS_TOKEN", "t"}});
  CHECK(config.storage.backend == "s2");
  CHECK(optionOf<std::string>(config, "s2", "basin") == "my-tally-basin");
  CHECK(optionOf<std::string>(config, "s2", "accessToken") == "t");
  CHECK(codeOf([] { loadSample("s2.yaml"); }) == ErrorCode::ConfigUnsetVariable);
}

TEST_CASE("samples: the page about configuration names every key and variable") {
  std::ostringstream page;
  page << std::ifstream(fs::path(TALLY_SAMPLES) / "README.md").rdbuf();
  for (const char* word : {"`storage.backend`",
                           "`storage.path`",
                           "`storage.autoCreate`",
                           "`storage.plugin.path`",
                           "`storage.NAME`",
                           "`plugins.searchPath`",
                           "`plugins.sha256.NAME`",
                           "`plugins.allowUserDir`",
                           "`plugins.trust`",
                           "`defaults.model`",
                           "`defaults.temperature`",
                           "`defaults.maxRetries`",
                           "`trajectories.maxTurns`",
                           "`trajectories.generateLogs`",
                           "`trajectories.loopDetection.maxConsecutiveSameStep`",
                           "`evaluation.parallelism`",
                           "`evaluation.timeout`",
                           "`TALLY_CONFIG`",
                           "`TALLY_STORAGE_BACKEND`",
                           "`TALLY_STORAGE_PATH`",
                           "`TALLY_STORAGE_AUTO_CREATE`",
                           "`REDIS_URL`",
                           "`TALLY_REDIS_URL`",
                           "`TALLY_REDIS_KEY_PREFIX`",
                           "`TALLY_S2_BASIN`",
                           "`S2_ACCESS_TOKEN`",
                           "`TALLY_S2_ACCESS_TOKEN`",
                           "`TALLY_DEFAULT_MODEL`",
                           "`TALLY_DEFAULT_TEMPERATURE`",
                           "`TALLY_DEFAULT_MAX_RETRIES`",
                           "`TALLY_MAX_TURNS`",
                           "`TALLY_GENERATE_LOGS`",
                           "`TALLY_MAX_CONSECUTIVE_SAME_STEP`",
                           "`TALLY_EVALUATION_PARALLELISM`",
                           "`TALLY_EVALUATION_TIMEOUT`"}) {
    CAPTURE(word);
    CHECK(contains(page.str(), word));
  }
}

}  // namespace
}  // namespace tally::test
