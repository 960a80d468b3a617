#pragma once
// Small valid documents, and files of tests/data.

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/doctest.hpp"
#include "tally/documents.hpp"

namespace tally::test {

/// A file of tests/data, byte for byte.
inline std::string dataFile(const std::string& name) {
  std::ifstream file(std::string(TALLY_TEST_DATA) + "/" + name, std::ios::binary);
  if (!file) throw std::runtime_error("no test file " + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::string stepText(int index, const std::string& more = "") {
  return R"({"stepIndex":)" + std::to_string(index) +
         R"(,"input":{"role":"user","content":"hi"},"output":[{"role":"assistant","content":"ho"}])" + more + "}";
}
inline Step step(int index, const std::string& more = "") { return Step::parse(stepText(index, more)); }

/// A line of conversation.jsonl as it is stored.
inline std::string line(const std::string& id, int index, const std::string& more = "") {
  return stepText(index, more + R"(,"conversationId":")" + id + "\"") + "\n";
}

inline Document tallyRun() { return Document::parse(dataFile("run.json")); }
inline Document trajectoryRun() { return Document::parse(dataFile("trajectory_run.json")); }

inline std::vector<Finding::Kind> kindsOf(const std::vector<Finding>& findings) {
  std::vector<Finding::Kind> kinds;
  for (const auto& finding : findings) kinds.push_back(finding.kind);
  return kinds;
}

}  // namespace tally::test

namespace doctest {
template <>
struct StringMaker<std::vector<tally::Finding::Kind>> {
  static String convert(const std::vector<tally::Finding::Kind>& kinds) {
    std::string text;
    for (const auto kind : kinds) text += (text.empty() ? "" : ", ") + std::string(tally::nameOf(kind));
    return ("[" + text + "]").c_str();
  }
};
}  // namespace doctest
