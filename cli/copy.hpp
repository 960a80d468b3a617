#pragma once
// Copying a store object by object: what both import and export need.

#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "app.hpp"
#include "interrupt.hpp"

namespace tally::cli {

struct CopyOptions {
  std::string folder;
  std::vector<std::string> only;  ///< conversation ids; empty: all
  bool dry_run = false;
  bool overwrite = false;
  bool verify = false;
  bool all = false;     ///< also what is no conversation
  std::string again{};  ///< what has to be added to repeat a command that was ended
};

/// An object or file that was left out, and why.
struct Refusal {
  std::string name, why;
};

struct CopyReport {
  std::size_t copied = 0;
  std::size_t same = 0;
  std::uint64_t bytes = 0;
  std::vector<Refusal> refused;
  std::size_t left = 0;  ///< not come to, since somebody asked to stop
};

/// Whether `key` belongs to one of the conversations asked for.
bool isChosen(const CopyOptions& options, std::string_view key);

/// Whether an error concerns one object alone, which is then listed; every other one ends the copy.
bool isOfThisObject(ErrorCode code) noexcept;

/// Whether `path` is `folder` or lies below it, symbolic links followed; no for paths that can't be followed.
bool liesWithin(const std::filesystem::path& path, const std::filesystem::path& folder);

/// One line on a terminal that says how far the copy is; nothing elsewhere.
class Progress {
 public:
  Progress(const Context& context, std::string_view verb, std::size_t total);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();
  void step(std::string_view name);

 private:
  std::string verb_;
  std::size_t total_, done_ = 0;
  bool shown_;
};

/// What a copy that was asked to stop may end with.
inline constexpr std::initializer_list<ExitCode> kCopyExitCodes = {ExitCode::Data, ExitCode::NoSpace, ExitCode::HungUp,
                                                                   ExitCode::Interrupted, ExitCode::Terminated};

/// Call `copy` with each item, until all are done or somebody asks to stop; what is left is counted in `report`.
template <typename Items, typename Copy>
void copyEach(const Interrupt& interrupt, const Items& items, CopyReport& report, Copy copy) {
  report.left = items.size();
  for (auto item = items.begin(); item != items.end() && !interrupt.requested(); ++item, --report.left) copy(*item);
}

/// Print the summary and the list of refusals. The status of `interrupt` if something is left, Failed if anything was
/// refused, else Ok.
ExitCode conclude(Context& context, const CopyOptions& options, const CopyReport& report, const Interrupt& interrupt,
                  std::string_view verb);

}  // namespace tally::cli
