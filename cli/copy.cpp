#include "copy.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "text.hpp"

namespace tally::cli {

bool isChosen(const CopyOptions& options, std::string_view key) {
  if (options.only.empty()) return true;
  constexpr std::string_view kRoot = "conversations/";
  if (key.substr(0, kRoot.size()) != kRoot) return false;
  key.remove_prefix(kRoot.size());
  const auto id = key.substr(0, key.find('/'));
  return std::find(options.only.begin(), options.only.end(), id) != options.only.end();
}

bool isOfThisObject(ErrorCode code) noexcept {
  return code == ErrorCode::NotFound || code == ErrorCode::TooLarge || code == ErrorCode::IsADirectory ||
         code == ErrorCode::NotADirectory;
}

bool liesWithin(const std::filesystem::path& path, const std::filesystem::path& folder) {
  std::error_code failed, also_failed;
  const auto inner = std::filesystem::weakly_canonical(path, failed);
  const auto outer = std::filesystem::weakly_canonical(folder / ".", also_failed);
  if (failed || also_failed) return false;
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

Progress::Progress(const Context& context, std::string_view verb, std::size_t total)
    : verb_(verb), total_(total), shown_(!context.options.json && ::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (shown_) writeError("\r\033[K");
}

void Progress::step(std::string_view name) {
  ++done_;
  if (shown_) writeError(fmt::format("\r\033[K{} {}/{}  {}", verb_, done_, total_, cutToWidth(escaped(name), 60)));
}

ExitCode conclude(Context& context, const CopyOptions& options, const CopyReport& report, const Interrupt& interrupt,
                  std::string_view verb) {
  const auto complete = report.refused.empty() ? ExitCode::Ok : ExitCode::Failed;
  const auto status = report.left == 0 ? complete : interrupt.status();
  if (context.options.json) {
    Json refused = Json::array();
    for (const auto& one : report.refused) refused.push_back({{"name", one.name}, {"why", one.why}});
    context.printJson({{"dryRun", options.dry_run},
                       {"copied", report.copied},
                       {"same", report.same},
                       {"bytes", report.bytes},
                       {"refused", refused},
                       {"left", report.left}});
    return status;
  }
  context.out.print("{}{}: {} copied ({} bytes), {} the same already, {} refused\n", verb,
                    options.dry_run ? " (dry run, nothing written)" : "", report.copied, report.bytes, report.same,
                    report.refused.size());
  for (const auto& one : report.refused) context.warn(fmt::format("{}: {}", escaped(one.name), one.why));
  if (report.left != 0) {
    context.warn(fmt::format("ended before {} more; the same command{} goes on", report.left, options.again));
  }
  return status;
}

}  // namespace tally::cli
