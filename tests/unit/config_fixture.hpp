#pragma once
// Configurations from text, with variables that the test makes up.

#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "config/parse_config.hpp"
#include "support/doctest.hpp"
#include "support/temp_dir.hpp"

namespace tally::test {

using Variables = std::map<std::string, std::string>;
using Overrides = std::vector<std::pair<std::string, std::string>>;

inline ConfigSource::Environment environmentOf(Variables variables) {
  return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

/// `text` as /srv/app/tally.yaml, shown as "tally.yaml".
inline Config parse(std::string_view text, const Variables& variables = {}, const Overrides& overrides = {}) {
  return config::parseConfig(text, {"tally.yaml", "/srv/app", environmentOf(variables), overrides});
}

inline void writeFile(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

/// An option of the section `backend`; fails the test when it is not there or of another type.
template <typename T>
T optionOf(const Config& config, const std::string& backend, const std::string& name) {
  return std::get<T>(config.storage.sections.at(backend).at(name).value);
}

inline bool contains(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace tally::test
