// JUnit's XML, as continuous integration servers read it.
#include <cstdio>

#include "report.hpp"

namespace tally::conformance {
namespace {

/// Text for an attribute or an element. What XML can't hold appears as '?'.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += "&quot;"; break;
      case '\n': result += "&#10;"; break;
      default: result += static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E ? '?' : c;
    }
  }
  return result;
}

std::string secondsText(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", seconds);
  return text;
}

std::string testCase(const std::string& suite, const Outcome& one) {
  std::string xml = "    <testcase classname=\"" + suite + "\" name=\"" + one.test->id + ' ' +
                    escaped(one.test->title) + "\" time=\"" + secondsText(one.seconds) + '"';
  const char* const element = one.result == Result::Failed ? "failure" : "skipped";
  if (one.result == Result::Passed) return xml + "/>\n";
  return xml + "><" + element + " message=\"" + escaped(one.text) + "\"/></testcase>\n";
}

std::string suiteOf(const Report& report, const Group& group) {
  const std::string name = escaped(report.name) + '.' + group.letter;
  std::string cases;
  std::size_t tests = 0, failures = 0, skipped = 0;
  for (const auto& one : report.outcomes) {
    if (one.test->id[0] != group.letter) continue;
    ++tests;
    failures += one.result == Result::Failed ? 1 : 0;
    skipped += one.result == Result::Skipped || one.result == Result::Deviated ? 1 : 0;
    cases += testCase(name, one);
  }
  if (tests == 0) return {};
  return "  <testsuite name=\"" + name + ' ' + escaped(group.title) + "\" tests=\"" + std::to_string(tests) +
         "\" failures=\"" + std::to_string(failures) + "\" skipped=\"" + std::to_string(skipped) + "\">\n" + cases +
         "  </testsuite>\n";
}

}  // namespace

void writeJunit(const Report& report, const std::vector<Group>& groups, const std::string& file) {
  auto stream = openReport(file);
  stream << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"" << escaped(report.name) << "\">\n";
  for (const auto& group : groups) stream << suiteOf(report, group);
  stream << "</testsuites>\n";
  finishReport(stream, file);
}

}  // namespace tally::conformance
