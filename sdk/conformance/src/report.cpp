#include "report.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>

namespace tally::conformance {
namespace {

constexpr unsigned kCapabilities = 8;

int print_errno = 0;  // of the first write to standard output that failed

/// A later write may work again, so the reason is kept; what follows a failed write leaves errno alone.
void flushPrinted() noexcept {
  const bool failed = std::fflush(stdout) != 0 || std::ferror(stdout) != 0;
  if (failed && print_errno == 0) print_errno = errno;
}

Capability capability(unsigned bit) { return static_cast<Capability>(std::uint64_t{1} << bit); }

void printCapabilities(const Report& report) {
  std::printf("\ncapabilities\n");
  for (unsigned bit = 0; bit < kCapabilities; ++bit) {
    const auto one = capability(bit);
    std::printf("  %-22s %s\n", std::string(nameOf(one)).c_str(), report.capabilities.has(one) ? "yes" : "no");
  }
}

/// One line a reason, with the cases it holds for.
void printReasons(const Report& report, Result result, const char* heading) {
  std::map<std::string, std::string> by_reason;
  for (const auto& one : report.outcomes) {
    if (one.result == result) (by_reason[one.text] += ' ') += one.test->id;
  }
  if (by_reason.empty()) return;
  std::printf("\n%s\n", heading);
  for (const auto& [reason, ids] : by_reason) std::printf("  %s:%s\n", reason.c_str(), ids.c_str());
}

void printFailed(const Report& report) {
  std::string ids;
  for (const auto& one : report.outcomes) {
    if (one.result == Result::Failed) ids += (ids.empty() ? "" : ",") + std::string(one.test->id);
  }
  if (ids.empty()) return;
  std::printf("\nagain: --only %s --seed %llu --verbose\n", ids.c_str(), static_cast<unsigned long long>(report.seed));
}

std::string reasonOf(int number) { return number == 0 ? "" : std::string(": ") + std::strerror(number); }

[[noreturn]] void failToReport(const std::string& file) {
  throw CantReport("the report can't be written to " + file + reasonOf(errno));
}

}  // namespace

std::string_view nameOf(Capability one) noexcept {
  switch (one) {
    case Capability::CreateExclusive: return "CreateExclusive";
    case Capability::IfVersion: return "IfVersion";
    case Capability::TimeToLive: return "TimeToLive";
    case Capability::AppendAt: return "AppendAt";
    case Capability::AppendToken: return "AppendToken";
    case Capability::ModifiedTime: return "ModifiedTime";
    case Capability::KeepsEmptyDirectories: return "KeepsEmptyDirectories";
    case Capability::SurvivesPowerLoss: return "SurvivesPowerLoss";
  }
  return "?";
}

std::string_view wordFor(Result result) noexcept {
  static constexpr std::string_view kWords[] = {"ok", "FAILED", "skipped", "deviates"};
  return kWords[static_cast<std::size_t>(result)];
}

void Progress::before(const Case& test) {
  running_.push_back(&test);
  showLive();
}

void Progress::after(const Outcome& outcome) {
  ++ended_;
  const auto was_running = std::find(running_.begin(), running_.end(), outcome.test);
  if (was_running != running_.end()) running_.erase(was_running);
  if (terminal_) std::printf("\r\x1b[K");
  std::printf("%-4s %-78s %-8s %8.1f ms\n", outcome.test->id, outcome.test->title,
              std::string(wordFor(outcome.result)).c_str(), outcome.seconds * 1000);
  const bool explain = outcome.result == Result::Failed || (verbose_ && !outcome.text.empty());
  if (explain) std::printf("     %s\n", outcome.text.c_str());
  showLive();
  flushPrinted();
}

void Progress::showLive() const {
  if (!terminal_ || running_.empty()) return;
  std::printf("\r\x1b[K[%zu/%zu] %s  %.60s ...", ended_, count_, running_.front()->id, running_.front()->title);
  if (running_.size() > 1) std::printf(" and %zu more", running_.size() - 1);
  std::fflush(stdout);
}

void printSummary(const Report& report) {
  printCapabilities(report);
  printReasons(report, Result::Skipped, "skipped, because");
  printReasons(report, Result::Deviated, "declared deviations, not run, because");
  printFailed(report);
  if (report.stopped) std::printf("\nstopped before the end\n");
  std::printf("\n%s, seed %llu\n%zu passed, %zu failed, %zu skipped\n", report.name.c_str(),
              static_cast<unsigned long long>(report.seed), report.count(Result::Passed), report.count(Result::Failed),
              report.count(Result::Skipped));
  flushPrinted();
}

void finishPrinting() {
  flushPrinted();
  if (std::ferror(stdout) == 0) return;
  throw CantReport("standard output can't be written" + reasonOf(print_errno) + "; what was printed is not complete");
}

std::ofstream openReport(const std::string& file) {
  errno = 0;
  std::ofstream stream(file, std::ios::trunc);
  if (!stream) failToReport(file);
  return stream;
}

void finishReport(std::ofstream& stream, const std::string& file) {
  if (!stream.flush()) failToReport(file);
}

void writeJson(const Report& report, const std::string& file) {
  nlohmann::ordered_json out;
  out["storage"] = report.name;
  out["seed"] = report.seed;
  for (unsigned bit = 0; bit < kCapabilities; ++bit) {
    out["capabilities"][std::string(nameOf(capability(bit)))] = report.capabilities.has(capability(bit));
  }
  out["passed"] = report.count(Result::Passed);
  out["failed"] = report.count(Result::Failed);
  out["skipped"] = report.count(Result::Skipped);
  out["deviations"] = report.count(Result::Deviated);
  out["cases"] = nlohmann::ordered_json::array();
  for (const auto& one : report.outcomes) {
    out["cases"].push_back({{"id", one.test->id},
                            {"title", one.test->title},
                            {"result", wordFor(one.result)},
                            {"seconds", one.seconds},
                            {"text", one.text}});
  }
  auto stream = openReport(file);
  stream << out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
  finishReport(stream, file);
}

}  // namespace tally::conformance
