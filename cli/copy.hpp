#pragma once
// Copying a store object by object: what both import and export need.

#include <string>
#include <string_view>
#include <vector>

#include "app.hpp"

namespace tally::cli {

struct CopyOptions {
  std::string folder;
  std::vector<std::string> only;  ///< conversation ids; empty: all
  bool dry_run = false;
  bool overwrite = false;
  bool verify = false;
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
};

/// Whether `key` belongs to one of the conversations asked for.
bool isChosen(const CopyOptions& options, std::string_view key);

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

/// Print the summary and the list of refusals. Failed if anything was refused, else Ok.
ExitCode conclude(Context& context, const CopyOptions& options, const CopyReport& report, std::string_view verb);

}  // namespace tally::cli
