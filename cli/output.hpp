#pragma once
// Standard output, with the one promise that printf does not make: a write that fails is an error, and a reader
// that has seen enough ends the command quietly.

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

namespace tally::cli {

/// Thrown when the reader of a pipe is gone. Not an error: main ends quietly.
struct BrokenPipe {};

/// A buffered descriptor. Not for several threads.
class Output {
 public:
  explicit Output(int fd) noexcept : fd_(fd) {}

  /// Errors: NoSpace; Internal for other failures, with the system's reason. BrokenPipe.
  void write(std::string_view text);
  void line(std::string_view text) {
    write(text);
    write("\n");
  }
  template <typename... Args>
  void print(fmt::format_string<Args...> format, Args&&... args) {
    write(fmt::format(format, std::forward<Args>(args)...));
  }
  /// Say what is done already and must not be repeated when only the answer can't be written.
  void done(std::string what) { done_ = std::move(what); }
  /// Hand everything to the system. Errors: as write.
  void flush();

  bool isTerminal() const noexcept;
  /// Columns to fill: COLUMNS, or those of the terminal; 0 when there is no limit, as in a file or pipe.
  int width() const noexcept;

 private:
  int fd_;
  std::string buffer_, done_;
};

/// What a piece of text stands for. Colours follow from it, or nothing where colours are off.
enum class Tone { Plain, Strong, Faint, Good, Bad, Warning };

class Style {
 public:
  Style() noexcept = default;
  explicit Style(bool coloured) noexcept : coloured_(coloured) {}
  std::string paint(Tone tone, std::string_view text) const;

 private:
  bool coloured_ = false;
};

}  // namespace tally::cli
