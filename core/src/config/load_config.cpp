#include <cstdlib>

#include "config/config_file.hpp"
#include "config/config_trust.hpp"
#include "config/parse_config.hpp"
#include "tally/config.hpp"

namespace tally {
namespace {

std::optional<std::string> processVariable(const std::string& name) {
  // Of a program with raised rights the caller must not say what it obeys.
  const char* value = name == "TALLY_CONFIG" ? ::secure_getenv(name.c_str()) : std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
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
  namespace fs = std::filesystem;
  const fs::path start_dir = source.start_dir.empty() ? fs::current_path() : fs::absolute(source.start_dir);
  config::ParseInput input;
  input.base_dir = start_dir.lexically_normal();
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
