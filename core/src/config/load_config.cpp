#include <cstdlib>

#include "config/config_file.hpp"
#include "config/config_trust.hpp"
#include "config/parse_config.hpp"
#include "tally/config.hpp"
#include "tally/error.hpp"

namespace tally {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> processVariable(const std::string& name) {
  // Of a program with raised rights the caller must not say what it obeys.
  const char* value = name == "TALLY_CONFIG" ? ::secure_getenv(name.c_str()) : std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

// Absolute.
fs::path startDir(const fs::path& given) {
  std::error_code failed;
  const fs::path dir = given.empty() ? fs::current_path(failed) : fs::absolute(given, failed);
  if (!failed) return dir.lexically_normal();
  throw Error(ErrorCode::InvalidConfig, "the working directory can't be found out: " + failed.message() +
                                            "; it may have been removed: change to one that is there")
      .systemErrno(failed.value());
}

}  // namespace

std::string Origin::toString() const {
  std::string text = source;
  for (const int number : {line, column}) {
    if (number <= 0) break;
    text += ":" + std::to_string(number);
  }
  return text;
}

Config loadConfig(const ConfigSource& source) {
  config::ParseInput input;
  input.base_dir = startDir(source.start_dir);
  input.environment = source.environment ? source.environment : processVariable;
  input.overrides = source.overrides;
  auto file = config::findConfigFile(source.file, input.base_dir, input.environment);
  if (!file) return config::parseConfig("", input);

  input.file_name = file->shown_name;
  input.base_dir = file->path.parent_path();
  Config config = config::parseConfig(config::readConfigFile(*file), input);
  config.file = file->path;
  config::checkPluginKeys(config, *file);
  return config;
}

}  // namespace tally
