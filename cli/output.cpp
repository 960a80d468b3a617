#include "output.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "tally/error.hpp"

namespace tally::cli {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{64} * 1024;

[[noreturn]] void failWriting(int number, const std::string& done) {
  if (number == EPIPE) throw BrokenPipe();
  const bool full = number == ENOSPC || number == EDQUOT;
  auto message = std::string("standard output can't be written: ") + std::strerror(number);
  if (!done.empty()) message += "; " + done + ", only this message could not be written";
  throw Error(full ? ErrorCode::NoSpace : ErrorCode::Internal, message).systemErrno(number);
}

int columnsFromEnvironment() noexcept {
  const char* text = std::getenv("COLUMNS");
  const long columns = text == nullptr ? 0 : std::strtol(text, nullptr, 10);
  return columns >= 20 && columns <= 10000 ? static_cast<int>(columns) : 0;
}

}  // namespace

void Output::write(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= kBufferBytes) flush();
}

void Output::flush() {
  std::string pending;
  pending.swap(buffer_);
  std::string_view rest = pending;
  while (!rest.empty()) {
    const auto written = ::write(fd_, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      failWriting(errno, done_);
    }
  }
}

bool Output::isTerminal() const noexcept { return ::isatty(fd_) == 1; }

int Output::width() const noexcept {
  if (!isTerminal()) return 0;
  if (const int columns = columnsFromEnvironment(); columns != 0) return columns;
  winsize size{};
  if (::ioctl(fd_, TIOCGWINSZ, &size) == 0 && size.ws_col != 0) return size.ws_col;
  return 80;
}

std::string Style::paint(Tone tone, std::string_view text) const {
  static constexpr std::array<std::string_view, 6> kCodes = {"",         "\033[1m",  "\033[2m",
                                                             "\033[32m", "\033[31m", "\033[33m"};
  const auto code = kCodes.at(static_cast<std::size_t>(tone));
  if (!coloured_ || code.empty()) return std::string(text);
  return std::string(code).append(text).append("\033[0m");
}

}  // namespace tally::cli
