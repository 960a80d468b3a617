#include "golden_file.hpp"

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>

namespace golden {
namespace {

constexpr std::string_view kJson = "@json";

bool matchesLine(std::string_view pattern, std::string_view text) {
  const auto star = pattern.find('*');
  if (star == pattern.npos) return pattern == text;
  if (text.substr(0, star) != pattern.substr(0, star)) return false;
  const auto rest = pattern.substr(star + 1);
  for (auto begin = star; begin <= text.size(); ++begin) {
    if (matchesLine(rest, text.substr(begin))) return true;
  }
  return false;
}

using Lines = std::vector<std::string>;

bool matchesFrom(const Lines& patterns, std::size_t p, const Lines& lines, std::size_t l) {
  if (p == patterns.size()) return l == lines.size();
  if (patterns[p] == "...") {
    for (auto next = l; next <= lines.size(); ++next) {
      if (matchesFrom(patterns, p + 1, lines, next)) return true;
    }
    return false;
  }
  return l < lines.size() && matchesLine(patterns[p], lines[l]) && matchesFrom(patterns, p + 1, lines, l + 1);
}

Lines splitLines(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return lines;
}

std::string jsonDifference(const Lines& expected, const std::string& printed) try {
  const auto document = nlohmann::json::parse(printed);
  for (const auto& line : expected) {
    const auto words = line.substr(kJson.size());
    const auto pointer_begin = words.find('/');
    if (pointer_begin == words.npos) continue;
    const auto value_begin = words.find(' ', pointer_begin);
    const nlohmann::json::json_pointer pointer(words.substr(pointer_begin, value_begin - pointer_begin));
    const auto wanted = nlohmann::json::parse(words.substr(value_begin));
    if (document.at(pointer) != wanted) return pointer.to_string() + " is " + document.at(pointer).dump();
  }
  return "";
} catch (const nlohmann::json::exception& error) {
  return error.what();
}

std::string quotedLines(std::string_view title, const Lines& lines) {
  std::string text = std::string(title) + "\n";
  for (const auto& line : lines) text += "    |" + line + "\n";
  return text;
}

}  // namespace

std::vector<Expectation> readGoldenFile(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path + " can't be read");
  std::vector<Expectation> all;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.empty() || line[0] == '#') continue;
    const auto rest = line.size() > 2 ? line.substr(2) : std::string();
    if (line[0] == '$') {
      all.push_back({rest, number, 0, {}, {}});
    } else if (all.empty() || std::string_view("?>!").find(line[0]) == std::string_view::npos) {
      throw std::runtime_error(path + ":" + std::to_string(number) + ": expected one of $ ? > ! #");
    } else if (line[0] == '?') {
      all.back().status = std::stoi(rest);
    } else {
      (line[0] == '>' ? all.back().out : all.back().err).push_back(rest);
    }
  }
  return all;
}

std::string difference(const Lines& expected, const std::string& printed) {
  const bool as_json = !expected.empty() && expected.front().compare(0, kJson.size(), kJson) == 0;
  const auto problem = as_json ? jsonDifference(expected, printed) : std::string();
  const auto lines = splitLines(printed);
  if (as_json ? problem.empty() : matchesFrom(expected, 0, lines, 0)) return "";
  return problem + "\n" + quotedLines("  expected", expected) + quotedLines("  printed", lines);
}

}  // namespace golden
