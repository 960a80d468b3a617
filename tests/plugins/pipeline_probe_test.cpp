// A plugin that kills, hangs or ends its process does so to a child; the host gets an error.

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "plugins/plugin_copy.hpp"
#include "support/doctest.hpp"
#include "tally/create_storage.hpp"
#include "tally/plugin_info.hpp"

using namespace tally;
using namespace tally::test;

namespace {

// A cache folder of its own for each test.
struct Probing {
  explicit Probing(const std::string& folder) : copy(folder) {
    ::setenv("XDG_CACHE_HOME", cache.path().c_str(), 1);
    copy.config.plugins.probe = PluginsConfig::Probe::First;
  }
  ~Probing() { ::unsetenv("XDG_CACHE_HOME"); }
  Probing(const Probing&) = delete;
  Probing& operator=(const Probing&) = delete;

  std::string detailOf(const std::string& step) const {
    for (const auto& done : diagnosePlugin(copy.config, copy.name)) {
      if (done.name == step) return done.detail;
    }
    return {};
  }

  /// The same in a process in which the plugin is not loaded yet.
  std::string detailInChild(const std::string& step) const {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      const auto detail = detailOf(step);
      ::_exit(::write(ends[1], detail.data(), detail.size()) < 0 ? 1 : 0);
    }
    ::close(ends[1]);
    std::string detail(4096, '\0');
    const auto got = ::read(ends[0], detail.data(), detail.size());
    ::close(ends[0]);
    REQUIRE(::waitpid(child, nullptr, 0) == child);
    detail.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return detail;
  }

  TempDir cache;
  PluginCopy copy;
};

}  // namespace

TEST_CASE("probe: whatever a constructor does to the process is told, and the host lives") {
  struct Ill {
    const char* folder;
    const char* says;
  };
  constexpr Ill kIlls[] = {{"constructor_crashes", "the plugin crashed (SIGSEGV)"},
                           {"constructor_aborts", "the plugin crashed (SIGABRT)"},
                           {"constructor_exits", "the plugin ended the process (exit status"},
                           {"constructor_closes", "the plugin ended the process (exit status"},
                           {"constructor_hangs", "the plugin did not answer in 5 s"},
                           {"constructor_hangs_silently", "the plugin did not answer in 5 s"}};
  for (const Ill& ill : kIlls) {
    CAPTURE(ill.folder);
    const Probing probing(ill.folder);
    const auto text = messageOf([&] { createStorage(probing.copy.config); });
    CHECK_MESSAGE(text.find(ill.says) != std::string::npos, text);
    CHECK(text.find(probing.copy.file.string()) != std::string::npos);
  }
  const Probing crash("constructor_crashes");
  CHECK(codeOf([&] { createStorage(crash.copy.config); }) == ErrorCode::PluginProbeFailed);
}

TEST_CASE("probe: a file is tried before it is loaded, and not again for what is loaded") {
  const Probing probing("good");
  CHECK(probing.detailOf("probe") == "survived in a child process");
  CHECK(probing.detailOf("open") == "already in the process");
  CHECK(probing.detailOf("probe").empty());
}

TEST_CASE("probe: the memory of an earlier process is used, and only for the very same file") {
  const Probing probing("good");
  CHECK(probing.detailInChild("probe") == "survived in a child process");
  CHECK(probing.detailInChild("probe") == "survived one before");
  const auto later = std::filesystem::last_write_time(probing.copy.file) + std::chrono::seconds(1);
  std::filesystem::last_write_time(probing.copy.file, later);
  CHECK(probing.detailInChild("probe") == "survived in a child process");
  CHECK(probing.detailInChild("probe") == "survived one before");
}

TEST_CASE("probe: what a plugin prints on trial is not seen, and printing is no failure") {
  const Probing probing("constructor_prints");
  CHECK(probing.detailOf("probe") == "survived in a child process");
}

TEST_CASE("probe: always means each new load, never means none") {
  Probing probing("good");
  probing.copy.config.plugins.probe = PluginsConfig::Probe::Always;
  CHECK(probing.detailInChild("probe") == "survived in a child process");
  CHECK(probing.detailInChild("probe") == "survived in a child process");
  probing.copy.config.plugins.probe = PluginsConfig::Probe::Never;
  CHECK(probing.detailInChild("probe") == "not asked for: plugins.probe is never");
}

TEST_CASE("probe: the deadline of the call ends the trial, too") {
  const Probing probing("constructor_hangs");
  const auto begin = std::chrono::steady_clock::now();
  const auto call = Call::within(std::chrono::milliseconds(200));
  CHECK(codeOf([&] { createStorage(probing.copy.config, call); }) == ErrorCode::Timeout);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(4));
  const auto again = Call::within(std::chrono::milliseconds(200));
  const auto steps = diagnosePlugin(probing.copy.config, "fixture", again);
  CHECK(steps.back().name == "probe");
  REQUIRE(steps.back().refused);
  CHECK(steps.back().refused->code() == ErrorCode::Timeout);
}

// Run by the test below, in the folder above that of the core library.
TEST_CASE("probe: what a program sees that finds its libraries by a relative name" * doctest::skip()) {
  std::filesystem::current_path("/");
  const Probing probing("good");
  CHECK(probing.detailOf("probe") == "survived in a child process");
}

TEST_CASE("probe: the helper is found where the library was, also after a change of the working directory") {
  Dl_info core{};
  REQUIRE(::dladdr(reinterpret_cast<const void*>(&shutdownPlugins), &core) != 0);
  const auto folder = std::filesystem::canonical(core.dli_fname).parent_path();
  const auto program = std::filesystem::canonical("/proc/self/exe");
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::filesystem::current_path(folder.parent_path());
    ::setenv("LD_LIBRARY_PATH", folder.filename().c_str(), 1);
    ::execl(program.c_str(), program.c_str(), "--no-skip", "--test-case=probe: what a program sees*", nullptr);
    ::_exit(9);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("probe: a host without standard descriptors tries plugins as any other") {
  const Probing probing("constructor_prints");
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    for (const int standard : {0, 1, 2}) ::close(standard);
    try {
      createStorage(probing.copy.config);
      ::_exit(0);
    } catch (const Error& error) {
      ::_exit(-static_cast<int>(error.code()) - 200);
    }
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
