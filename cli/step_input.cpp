#include "step_input.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <utility>

#include "files.hpp"
#include "tally/json.hpp"

namespace tally::cli {
namespace {

constexpr std::size_t kChunk = std::size_t{64} * 1024;

int openLines(const std::filesystem::path& path) {
  const int fd = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw fileError(errno, "open", path);
  struct stat info {};
  const int failed = ::fstat(fd, &info) != 0 ? errno : S_ISDIR(info.st_mode) ? EISDIR : 0;
  if (failed == 0) return fd;
  if (fd != STDIN_FILENO) ::close(fd);
  throw fileError(failed, "read", path);
}

}  // namespace

InputLines::InputLines(const std::filesystem::path& path, std::stop_token stop)
    : path_(path == "-" ? "standard input" : path), stop_(std::move(stop)), fd_(openLines(path)), wake_(-1) {
  wake_ = ::eventfd(0, EFD_CLOEXEC);
  if (wake_ >= 0) return;
  const int failed = errno;
  if (fd_ != STDIN_FILENO) ::close(fd_);
  throw fileError(failed, "read", path_);
}

InputLines::~InputLines() {
  ::close(wake_);
  if (fd_ != STDIN_FILENO) ::close(fd_);
}

std::optional<std::string> InputLines::next() {
  for (std::size_t looked = begin_;;) {
    const auto end = buffer_.find('\n', looked);
    if (end != std::string::npos || (ended_ && begin_ < buffer_.size())) {
      auto line = buffer_.substr(begin_, end == std::string::npos ? end : end - begin_);
      begin_ = end == std::string::npos ? buffer_.size() : end + 1;
      ++number_;
      return line;
    }
    const auto pending = buffer_.size() - begin_;
    if (ended_ || !refill()) return std::nullopt;
    looked = begin_ + pending;
  }
}

/// Whether there is something to read, or the end of it; no once asked to stop.
bool InputLines::waitForInput() const {
  const std::stop_callback woken(stop_, [this] { ::eventfd_write(wake_, 1); });
  std::array<pollfd, 2> both = {pollfd{fd_, POLLIN, 0}, pollfd{wake_, POLLIN, 0}};
  while (!stop_.stop_requested()) {
    if (::poll(both.data(), both.size(), -1) < 0 && errno != EINTR) throw fileError(errno, "read", path_);
    if (both[0].revents != 0) return !stop_.stop_requested();
  }
  return false;
}

/// More bytes, or the knowledge that there are none; no once asked to stop.
bool InputLines::refill() {
  buffer_.erase(0, std::exchange(begin_, 0));
  const auto used = buffer_.size();
  while (waitForInput()) {
    buffer_.resize(used + kChunk);
    const auto got = ::read(fd_, buffer_.data() + used, kChunk);
    const int failed = errno;
    buffer_.resize(used + static_cast<std::size_t>(got > 0 ? got : 0));
    if (got < 0 && (failed == EINTR || failed == EAGAIN)) continue;
    if (got < 0) throw fileError(failed, "read", path_);
    ended_ = got == 0;
    return true;
  }
  return false;
}

std::optional<NumberedStep> parseStepLine(std::size_t line, const std::string& text, const std::string& id) {
  const auto end = !text.empty() && text.back() == '\r' ? text.size() - 1 : text.size();
  if (text.find_first_not_of(" \t") >= end) return std::nullopt;
  auto step = Step::parse(text.substr(0, end));
  if (const auto owner = step.member("conversationId")) {
    const auto value = JsonText::trusted(std::string(*owner)).json();
    if (!value.is_string() || value.get<std::string>() != id) {
      throw Error(ErrorCode::InvalidDocument, fmt::format("conversationId is {}, not \"{}\"", *owner, id));
    }
  }
  return NumberedStep{line, std::move(step)};
}

void OrderCheck::continueFrom(const std::vector<Step>& stored) {
  expected_ = 0;
  for (const auto& step : stored) {
    if (seen_.insert(step.index()).second) expected_ = step.index() + 1;
  }
}

std::optional<Finding> OrderCheck::look(const NumberedStep& step) {
  const auto index = step.step.index();
  const auto expected = expected_.value_or(index);
  const bool is_new = seen_.insert(index).second;
  if (is_new) expected_ = index + 1;
  if (is_new && index == expected) return std::nullopt;
  const auto* fault = !is_new ? "is doubled" : index < expected ? "is out of order" : "leaves a gap";
  return Finding{Finding::Kind::StepOrder, step.line, 0,
                 fmt::format("stepIndex {} {}; expected {}.", index, fault, expected)};
}

}  // namespace tally::cli
