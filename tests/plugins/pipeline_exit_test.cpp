// The end of a process with plugins in it, and loading while something else goes on: no crash and no deadlock.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>

#include "plugins/plugin_copy.hpp"
#include "support/doctest.hpp"
#include "tally/create_storage.hpp"

using namespace tally;
using namespace tally::test;

namespace {

constexpr unsigned kLimitSeconds = 30;

/// How a child that does that ends; one that hangs ends by SIGALRM.
template <typename Action>
int statusOf(Action&& action) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::alarm(kLimitSeconds);
    ::signal(SIGABRT, SIG_DFL);  // the test's own handler would report it
    action();
    ::_exit(3);  // none of the ways out was taken
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

bool endsWell(int status) { return WIFEXITED(status) && WEXITSTATUS(status) == 0; }

// For handlers, which get nothing passed.
const Config* wanted = nullptr;

}  // namespace

TEST_CASE("exit: from another thread, with a storage open and a thread of the plugin alive") {
  const PluginCopy copy("lively");
  CHECK(endsWell(statusOf([&] {
    const auto storage = createStorage(copy.config);
    storage->read("any");
    std::thread([] { std::exit(0); }).join();
  })));
}

TEST_CASE("exit: at a signal whose handler ends the process") {
  const PluginCopy copy("lively");
  CHECK(endsWell(statusOf([&] {
    ::signal(SIGTERM, [](int) { std::exit(0); });
    const auto storage = createStorage(copy.config);
    ::raise(SIGTERM);
  })));
}

TEST_CASE("exit: an exception that nobody catches is an abort, and not a crash in the plugin") {
  const PluginCopy copy("lively");
  const int status = statusOf([&] {
    const auto storage = createStorage(copy.config);
    std::thread([] { throw std::runtime_error("uncaught on purpose"); }).join();
  });
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGABRT);
}

TEST_CASE("exit: loading during it works or is refused, but ends") {
  const PluginCopy copy("good");
  wanted = &copy.config;
  CHECK(endsWell(statusOf([] {
    std::atexit([] {
      try {
        if (createStorage(*wanted)->read("any") != "bytes") ::_exit(1);
      } catch (const Error&) {  // a defined answer is all that is asked for
      }
    });
    std::exit(0);
  })));
}
