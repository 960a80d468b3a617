#pragma once
// What the tests of the local backend share: stores in fresh folders, and steps taken by other users and processes.

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "local/journal/journal.hpp"
#include "local/local_storage.hpp"
#include "support/doctest.hpp"
#include "support/temp_dir.hpp"

namespace tally::local::test {

namespace fs = std::filesystem;
using tally::test::codeOf;
using tally::test::messageOf;
using tally::test::TempDir;

/// A store in a folder of its own. Durability process, because few tests are about power.
struct Store {
  explicit Store(bool use_openat2 = true) : storage({dir.path() / "store", true, Durability::Process, use_openat2}) {}

  fs::path path(const std::string& key) const { return dir.path() / "store" / key; }
  /// What lies on disk, whoever put it there.
  std::string raw(const std::string& key) const {
    std::ifstream in(path(key), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void plant(const std::string& key, const std::string& content) const {
    fs::create_directories(path(key).parent_path());
    std::ofstream(path(key), std::ios::binary) << content;
  }

  TempDir dir;
  LocalStorage storage;
};

inline std::vector<std::string> names(IStorage& storage, std::string_view directory, const ListOptions& options = {}) {
  std::vector<std::string> found;
  for (const auto& entry : storage.list(directory, options)) {
    found.push_back(std::string(entry.id()) + (entry.is_directory ? "/" : ""));
  }
  return found;
}

/// Run `action` in a child process. Returns what it threw as text, "" when it went well, "killed" after a signal.
inline std::string inChild(const std::function<void()>& action) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::string said;
    try {
      action();
    } catch (const Error& error) {
      said = std::string(nameOf(error.code())) + ": " + error.what();
    } catch (const std::exception& error) {
      said = error.what();
    }
    const bool told = ::write(ends[1], said.data(), said.size()) == static_cast<ssize_t>(said.size());
    ::_exit(told ? 0 : 1);
  }
  ::close(ends[1]);
  std::string said;
  char part[512];
  for (ssize_t got; (got = ::read(ends[0], part, sizeof part)) > 0;) said.append(part, static_cast<std::size_t>(got));
  ::close(ends[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) ? "killed" : said;
}

/// The same as an ordinary user, for whom permissions count also when the tests run as root.
inline std::string asNobody(const std::function<void()>& action) {
  return inChild([&] {
    constexpr uid_t kNobody = 65534;
    if (::geteuid() == 0 &&
        (::setresgid(kNobody, kNobody, kNobody) != 0 || ::setresuid(kNobody, kNobody, kNobody) != 0)) {
      throw std::runtime_error("can't become another user");
    }
    action();
  });
}

/// Let everybody through to the store.
inline void openToAll(const Store& store) {
  fs::permissions(store.dir.path(), fs::perms::all);
  for (const auto& entry : fs::recursive_directory_iterator(store.dir.path())) {
    if (!entry.is_symlink()) fs::permissions(entry.path(), fs::perms::all);
  }
}

inline void require(bool fact, const std::string& what) {
  if (!fact) throw std::runtime_error("not so: " + what);
}

/// A process that dies with the lock of `key`, half way through an append that began at `position`, and would have
/// added ten bytes more.
inline void dieAppending(const Store& store, const std::string& key, std::uint64_t position, const std::string& half) {
  CHECK(inChild([&] {
          Root root({store.path(""), true, Durability::Process});
          require(root.find(), "the store is there");
          Journal journal(root);
          Journal::Lock lock(journal, key, Call());
          const int file = ::open(store.path(key).c_str(), O_RDONLY | O_CLOEXEC);
          require(file >= 0, "the file is there");
          lock.beginAppend(local::identityOf(file), position, position + half.size() + 10);
          std::ofstream(store.path(key), std::ios::app | std::ios::binary) << half;
          ::kill(::getpid(), SIGKILL);
        }) == "killed");
}

}  // namespace tally::local::test
