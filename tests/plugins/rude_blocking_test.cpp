// Calls that wait: for the first load, for a storage that takes one call at a time, and for the end.

#include <sys/wait.h>
#include <unistd.h>

#include <stop_token>

#include "plugins/rude_fixture.hpp"
#include "tally/extensions/health.hpp"

using namespace tally;
using namespace tally::test;
using namespace std::chrono_literals;

namespace {

/// Calls into the plugin wait inside it while this lives.
struct Blocked {
  Blocked() { rude().blocked = true; }
  ~Blocked() { rude().blocked = false; }
  Blocked(const Blocked&) = delete;
  Blocked& operator=(const Blocked&) = delete;
};

template <typename Action>
std::chrono::nanoseconds timeOf(Action&& action) {
  const auto begin = std::chrono::steady_clock::now();
  action();
  return std::chrono::steady_clock::now() - begin;
}

/// The exit status of a child that does `action`; 99 when it hangs.
template <typename Action>
int statusOfChild(Action&& action) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::alarm(10);
    ::_exit(action());
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

int statusOf(ErrorCode wanted, void (*action)()) {
  try {
    action();
    return 1;
  } catch (const Error& error) {
    return error.code() == wanted ? 0 : 2;
  }
}

}  // namespace

// The first two begin while the plugin has not been initialised.
TEST_CASE("rude: what is thrown from init is a failed init, and the next load tries again") {
  breakRule("init");
  CHECK(codeOf([] { createStorage(rudeConfig()); }) == ErrorCode::PluginInitFailed);
  CHECK(messageOf([] { createStorage(rudeConfig()); }).find("thrown from init") != std::string::npos);
  CHECK(rude().inits == 0);
}

TEST_CASE("rude: a plugin that is linked in is initialised once, by one thread") {
  breakRule("");
  rude().most_inside = 0;
  std::vector<std::thread> threads;
  {
    const Blocked blocked;
    for (int i = 0; i < 4; ++i) threads.emplace_back([] { createStorage(rudeConfig()); });
    await([] { return rude().inside > 0; });
    std::this_thread::sleep_for(50ms);  // nobody else comes in
    CHECK(rude().inside == 1);
  }
  for (auto& thread : threads) thread.join();
  CHECK(rude().inits == 1);
}

TEST_CASE("rude: who waits for a storage that takes one call at a time keeps deadline and cancellation") {
  const auto storage = openRude("", TALLY_THREADS_SERIAL);
  std::stop_source stop;
  Call cancellable;
  cancellable.cancel = CancelToken(stop.get_token());
  std::unique_ptr<Blocked> blocked = std::make_unique<Blocked>();
  std::thread holder([&] { storage->read("any"); });
  await([] { return rude().inside == 1; });
  const auto waited = timeOf([&] {
    CHECK(codeOf([&] { storage->stat("", Call::within(50ms)); }) == ErrorCode::Timeout);
    std::jthread stopper([&] {
      std::this_thread::sleep_for(20ms);  // the call waits by then
      stop.request_stop();
    });
    CHECK(codeOf([&] { storage->stat("", cancellable); }) == ErrorCode::Cancelled);
    Call by_word;
    std::uint32_t word = 0;
    by_word.cancel = CancelToken(&word, -1);
    const std::jthread word_setter([&] {
      std::this_thread::sleep_for(20ms);
      __atomic_store_n(&word, 1U, __ATOMIC_RELEASE);
    });
    CHECK(codeOf([&] { storage->stat("", by_word); }) == ErrorCode::Cancelled);
  });
  CHECK(waited < 5s);
  CHECK(rude().inside == 1);
  blocked.reset();
  holder.join();
  CHECK(storage->stat("", Call::within(10s))->is_directory);
}

TEST_CASE("rude: the host keeps calls apart where a plugin asks for one at a time, and lets them in elsewhere") {
  for (const auto model : {TALLY_THREADS_SERIAL, TALLY_THREADS_CONCURRENT}) {
    CAPTURE(model);
    const auto storage = openRude("", model);
    std::vector<std::thread> threads;
    {
      const Blocked blocked;
      for (int i = 0; i < 4; ++i) threads.emplace_back([&] { storage->read("any"); });
      if (model == TALLY_THREADS_CONCURRENT) {
        await([] { return rude().inside == 4; });
      } else {
        await([] { return rude().inside > 0; });
        std::this_thread::sleep_for(50ms);  // nobody else comes in
        CHECK(rude().inside == 1);
      }
    }
    for (auto& thread : threads) thread.join();
  }
}

TEST_CASE("rude: an ability is asked for while no other call is inside") {
  const auto storage = openRude("", TALLY_THREADS_SERIAL);
  rude().most_inside = 0;
  std::unique_ptr<Blocked> blocked = std::make_unique<Blocked>();
  std::thread holder([&] { storage->read("any"); });
  await([] { return rude().inside == 1; });
  std::thread asker([&] { storage->extension<Health>(); });
  std::this_thread::sleep_for(50ms);  // it does not come in
  blocked.reset();
  holder.join(), asker.join();
  CHECK(rude().most_inside == 1);
}

TEST_CASE("rude: plugins are not shut down while a storage is being opened, and none opens afterwards") {
  breakRule("");
  CHECK(statusOfChild([] {
          std::thread opener;
          int refused = 0;
          {
            const Blocked blocked;
            const int before = rude().creates;
            opener = std::thread([] { createStorage(rudeConfig()); });
            while (rude().creates == before) std::this_thread::sleep_for(1ms);
            refused = statusOf(ErrorCode::InvalidArgument, shutdownPlugins);
          }
          opener.join();
          rude().mode = "shutdown";  // what it throws is logged
          setLogHandler(nullptr);
          shutdownPlugins();
          return 10 * refused + statusOf(ErrorCode::Closed, [] { createStorage(rudeConfig()); });
        }) == 0);
}

TEST_CASE("rude: a child forked while another thread loads is refused, and does not hang") {
  breakRule("");
  CHECK(statusOfChild([] {
          std::thread loader([] { createStorage(fixtureConfig("slow_init")); });
          std::this_thread::sleep_for(300ms);  // it is inside the plugin's init by then
          int status = 0;
          const pid_t child = ::fork();
          if (child == 0) {
            ::alarm(5);
            ::_exit(statusOf(ErrorCode::Closed, [] { createStorage(rudeConfig()); }));
          }
          ::waitpid(child, &status, 0);
          loader.join();
          return WIFEXITED(status) ? WEXITSTATUS(status) : 9;
        }) == 0);
}
