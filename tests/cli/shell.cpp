#include "shell.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

namespace golden {
namespace {

namespace fs = std::filesystem;

/// Nothing of the caller's environment but what sanitizers and coverage need: a variable must not change a result.
std::vector<std::string> environment(const fs::path& bin, const fs::path& data, const fs::path& home) {
  std::vector<std::string> all = {"PATH=" + bin.string() + ":/usr/local/bin:/usr/bin:/bin",
                                  "HOME=" + home.string(),
                                  "DATA=" + data.string(),
                                  "LC_ALL=C.UTF-8",
                                  "TZ=UTC",
                                  "TERM=xterm"};
  for (const auto* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS", "LLVM_PROFILE_FILE"}) {
    if (const char* value = std::getenv(name)) all.push_back(std::string(name) + "=" + value);
  }
  return all;
}

std::string readAll(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

[[noreturn]] void becomeShell(const std::string& command, const fs::path& root, std::vector<std::string> variables) {
  const auto redirect = [](const fs::path& path, int flags, int target) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
    if (fd < 0 || ::dup2(fd, target) < 0) ::_exit(126);
  };
  redirect("/dev/null", O_RDONLY, 0);
  redirect(root / "out", O_WRONLY | O_CREAT | O_TRUNC, 1);
  redirect(root / "err", O_WRONLY | O_CREAT | O_TRUNC, 2);
  if (::chdir((root / "work").c_str()) != 0) ::_exit(126);
  std::vector<char*> pointers;
  for (auto& one : variables) pointers.push_back(one.data());
  pointers.push_back(nullptr);
  ::execle("/bin/sh", "sh", "-c", command.c_str(), nullptr, pointers.data());
  ::_exit(127);
}

}  // namespace

Sandbox::Sandbox(fs::path bin, fs::path data) : bin_(std::move(bin)), data_(std::move(data)) {
  auto name = (fs::temp_directory_path() / "tally-cli-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
  root_ = name;
  fs::create_directory(root_ / "work");
}

Sandbox::~Sandbox() {
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

Outcome Sandbox::run(const std::string& command) const {
  auto variables = environment(bin_, data_, root_ / "work");
  const auto child = ::fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child == 0) becomeShell(command, root_, std::move(variables));
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "waitpid");
  }
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {code, readAll(root_ / "out"), readAll(root_ / "err")};
}

}  // namespace golden
