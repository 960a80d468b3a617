#pragma once
// Steps of the user, one JSON object a line: read as they come, checked, and looked at for their order.

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <unordered_set>

#include "tally/documents.hpp"

namespace tally::cli {

/// The lines of a file, or of standard input for "-", as soon as each is whole.
class InputLines {
 public:
  /// Errors: NotFound, PermissionDenied, IsADirectory, ...
  InputLines(const std::filesystem::path& path, std::stop_token stop);
  InputLines(const InputLines&) = delete;
  InputLines& operator=(const InputLines&) = delete;
  ~InputLines();

  /// The next line without its end; nothing behind the last, or once asked to stop.
  std::optional<std::string> next();
  /// The number of the line that next() gave last, from 1.
  std::size_t number() const noexcept { return number_; }

 private:
  bool refill();
  bool waitForInput() const;

  std::filesystem::path path_;
  std::stop_token stop_;
  int fd_, wake_;
  std::string buffer_;
  std::size_t begin_ = 0, number_ = 0;
  bool ended_ = false;
};

struct NumberedStep {
  std::size_t line;
  Step step;
};

/// The step on a line, or nothing if it is blank. Errors: InvalidDocument if it is no step, or one of a conversation
/// other than `id`: appending it there would change what it says of itself.
std::optional<NumberedStep> parseStepLine(std::size_t line, const std::string& text, const std::string& id);

/// Says which steps do not continue those before, as findings of a conversation do.
class OrderCheck {
 public:
  /// From here on as behind `stored`; without it the first step may have any number.
  void continueFrom(const std::vector<Step>& stored);
  std::optional<Finding> look(const NumberedStep& step);

 private:
  std::optional<std::int64_t> expected_;
  std::unordered_set<std::int64_t> seen_;
};

}  // namespace tally::cli
