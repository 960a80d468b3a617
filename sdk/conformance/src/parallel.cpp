#include "parallel.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tally/conformance/expect.hpp"

namespace tally::conformance {
namespace {

constexpr std::uint64_t kFailed = UINT64_MAX;  // in place of a number: the words of a failure follow

void writeAll(int fd, const void* data, std::size_t size) {
  const char* at = static_cast<const char*>(data);
  while (size != 0) {
    const ssize_t done = ::write(fd, at, size);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) _exit(3);  // the case is gone
    at += done;
    size -= static_cast<std::size_t>(done);
  }
}

std::string wordsOf(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    return "unexpected " + std::string(nameOf(error.code())) + ": " + error.what();
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "something that is no exception was thrown";
  }
}

[[noreturn]] void runChild(int fd, const std::function<void(const Child::Reporter&)>& body) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  try {
    body([fd](std::uint64_t number) { writeAll(fd, &number, sizeof number); });
  } catch (...) {
    const std::string words = wordsOf(std::current_exception());
    writeAll(fd, &kFailed, sizeof kFailed);
    writeAll(fd, words.data(), words.size());
  }
  _exit(0);
}

}  // namespace

void inThreads(unsigned count, const std::function<void(unsigned)>& body) {
  std::mutex mutex;
  std::exception_ptr first;
  std::atomic<bool> go{false};
  const auto run = [&](unsigned i) {
    while (!go) std::this_thread::yield();
    try {
      body(i);
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!first) first = std::current_exception();
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < count; ++i) threads.emplace_back(run, i);
  go = true;
  for (auto& thread : threads) thread.join();
  if (first) std::rethrow_exception(first);
}

void inProcesses(unsigned count, const std::function<void(unsigned)>& body) {
  std::vector<std::unique_ptr<Child>> children;
  for (unsigned i = 0; i < count; ++i) {
    children.push_back(std::make_unique<Child>([&body, i](const Child::Reporter&) { body(i); }));
  }
  for (auto& child : children) child->finish();
}

Child::Child(const std::function<void(const Reporter&)>& body) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error(std::string("pipe: ") + std::strerror(errno));
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error(std::string("fork: ") + std::strerror(errno));
  if (pid_ == 0) {
    ::close(ends[0]);
    runChild(ends[1], body);
  }
  ::close(ends[1]);
  pipe_ = ends[0];
}

Child::~Child() {
  if (pid_ > 0) kill();
  ::close(pipe_);
}

bool Child::readAll(void* data, std::size_t size) {
  char* at = static_cast<char*>(data);
  while (size != 0) {
    const ssize_t done = ::read(pipe_, at, size);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    at += done;
    size -= static_cast<std::size_t>(done);
  }
  return true;
}

std::optional<std::uint64_t> Child::next() {
  std::uint64_t number = 0;
  if (readAll(&number, sizeof number)) {
    if (number != kFailed) return number;
    std::string words;
    for (char c = 0; readAll(&c, 1);) words += c;
    reap();
    throw Failure("in a child process: " + words);
  }
  reap();
  const std::string crash = killed_ ? std::string() : crashOf(status_);
  if (!crash.empty()) throw Failure("a child process " + crash);
  return std::nullopt;
}

void Child::kill() {
  if (pid_ > 0) ::kill(pid_, SIGKILL);
  killed_ = true;
  reap();
}

void Child::finish() {
  while (next()) {
  }
}

void Child::reap() {
  if (pid_ <= 0) return;
  while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

std::string crashOf(int wait_status) {
  if (WIFSIGNALED(wait_status)) {
    const char* name = ::sigabbrev_np(WTERMSIG(wait_status));
    return "crashed: SIG" + std::string(name == nullptr ? "?" : name);
  }
  if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) != 0) {
    return "ended with exit code " + std::to_string(WEXITSTATUS(wait_status));
  }
  return {};
}

}  // namespace tally::conformance
