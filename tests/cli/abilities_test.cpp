// Commands over the optional abilities, on a backend in this process that offers them.

#include <sys/mman.h>
#include <unistd.h>

#include <csignal>
#include <sstream>
#include <thread>

#include "command_line.hpp"
#include "copy.hpp"
#include "failure.hpp"
#include "support/doctest.hpp"
#include "tally/create_storage.hpp"

extern "C" const tally_plugin* tally_plugin_entry_v1_memory(void);
extern "C" const tally_plugin* tally_plugin_entry_v1_sick(void);
extern "C" const tally_plugin* tally_plugin_entry_v1_slow(void);

namespace {

using namespace tally;

/// One store, and command lines that are run on it one after the other.
class Shell {
 public:
  explicit Shell(std::string backend = "memory") : backend_(std::move(backend)) {
    static const bool known = [] {
      addStaticPlugin(tally_plugin_entry_v1_memory);
      addStaticPlugin(tally_plugin_entry_v1_sick);
      addStaticPlugin(tally_plugin_entry_v1_slow);
      return true;
    }();
    REQUIRE(known);
    REQUIRE(descriptor_ >= 0);
    context_.out = cli::Output(descriptor_);
  }
  Shell(const Shell&) = delete;
  Shell& operator=(const Shell&) = delete;
  ~Shell() { ::close(descriptor_); }

  /// What it prints. The exit status is in status().
  std::string run(const std::string& line) {
    CLI::App app;
    context_.options = {};
    cli::buildCommandLine(app, context_);
    app.parse("--set storage.backend=" + backend_ + " " + line, false);
    status_ = cli::statusOf(context_.action());
    context_.out.flush();
    std::string printed(static_cast<std::size_t>(::lseek(descriptor_, 0, SEEK_CUR)), '\0');
    REQUIRE(::pread(descriptor_, printed.data(), printed.size(), 0) == static_cast<ssize_t>(printed.size()));
    REQUIRE(::ftruncate(descriptor_, 0) == 0);
    ::lseek(descriptor_, 0, SEEK_SET);
    return printed;
  }
  Json json(const std::string& line) { return Json::parse(run(line + " --json")); }
  int status() const { return status_; }
  IStorage& storage() { return context_.storage(); }

 private:
  const std::string backend_;
  int descriptor_ = ::memfd_create("out", MFD_CLOEXEC);
  cli::Context context_;
  int status_ = -1;
};

/// A store with an object of appends.
void fill(Shell& shell, int count) {
  shell.run("storage ls");  // opens it
  for (int i = 0; i < count; ++i) shell.storage().append("jobs/todo", "job " + std::to_string(i));
}

TEST_CASE("storage group: records are created, taken, acknowledged and dropped") {
  Shell shell;
  fill(shell, 3);
  CHECK(shell.run("storage group create jobs/todo workers") == "created the group workers of jobs/todo\n");
  const Json first = shell.json("storage group take jobs/todo workers --as anna --max 2");
  REQUIRE(first["records"].size() == 2);
  CHECK(first["records"][0]["text"] == "job 0");
  CHECK(first["records"][0]["deliveries"] == 1);
  CHECK(first["acknowledged"] == false);
  CHECK(shell.run("storage group state jobs/todo workers") == "workers  1\npending  2\nwaiting  1\n");

  const Json again = shell.json("storage group take jobs/todo workers --as anna --max 2");
  CHECK(again["records"][0]["id"] == first["records"][0]["id"]);
  CHECK(again["records"][0]["deliveries"] == 2);
  const auto id = again["records"][0]["id"].get<std::string>();
  CHECK(shell.run("storage group ack jobs/todo workers " + id + " --as anna") == "acknowledged 1 of 1\n");
  CHECK(shell.json("storage group ack jobs/todo workers " + id + " --as anna")["acknowledged"] == 0);
  CHECK(shell.status() == 1);

  CHECK(shell.run("storage group drop jobs/todo workers") == "dropped the group workers of jobs/todo\n");
  CHECK_THROWS_AS(shell.run("storage group state jobs/todo workers"), Error);
  CHECK_THROWS_AS(shell.run("storage group drop jobs/todo workers"), Error);
}

TEST_CASE("storage group: take over, acknowledge at once, wait, from the end") {
  Shell shell;
  fill(shell, 2);
  shell.run("storage group create jobs/todo workers");
  shell.run("storage group take jobs/todo workers --as gone --max 2");
  CHECK(shell.json("storage group take jobs/todo workers --as heir")["records"].empty());
  const Json taken = shell.json("storage group take jobs/todo workers --as heir --max 5 --take-over 1ns --ack");
  CHECK(taken["records"].size() == 2);
  CHECK(shell.json("storage group state jobs/todo workers")["pending"] == 0);
  CHECK(shell.json("storage group take jobs/todo workers --as heir --wait 20ms")["records"].empty());

  shell.run("storage group create jobs/todo late --from-end");
  shell.storage().append("jobs/todo", "\xff");
  CHECK(shell.json("storage group take jobs/todo late --as anna --max 5")["records"][0]["hex"] == "ff");
  const std::string table = shell.run("storage group take jobs/todo workers --as anna");
  CHECK(table.find("ID") == 0);
  CHECK(table.find("\\xff") != table.npos);
}

TEST_CASE("copy: a wish to stop is heard between two items") {
  const cli::Interrupt interrupt;
  const std::vector<int> items = {1, 2, 3};
  cli::CopyReport report;
  std::vector<int> copied;
  cli::copyEach(interrupt, items, report, [&](int item) {
    copied.push_back(item);
    ::kill(::getpid(), SIGTERM);
    while (!interrupt.requested()) std::this_thread::yield();
  });
  CHECK(copied == std::vector<int>{1});
  CHECK(report.left == 2);
  CHECK(interrupt.status() == cli::ExitCode::Terminated);
}

TEST_CASE("storage reindex: says what became of the index") {
  Shell shell("sick");
  fill(shell, 1);
  shell.storage().write("other", "1");
  CHECK(shell.run("storage reindex") == "2 objects listed: 0 new in the index, 0 dropped from it\n");
  CHECK(shell.json("storage reindex") == Json{{"objects", 2}, {"added", 0}, {"dropped", 0}});
}

TEST_CASE("storage: an ability that is not offered is Unsupported, and says where to look") {
  Shell shell;
  try {
    shell.run("storage reindex");
    FAIL("reindex of a backend without it");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::Unsupported);
    CHECK(error.message() ==
          "the backend 'memory' does not offer tally.reindex/1; 'tally plugins inspect memory' shows what it does");
  }
}

TEST_CASE("plugins doctor: findings of health are rows, and a warning is no failure") {
  Shell shell;
  const std::string rows = shell.run("plugins doctor memory");
  CHECK(rows.find("warn  health      persistence: everything is gone") != rows.npos);
  CHECK(rows.find("pass  health      objects: it holds 0") != rows.npos);
  CHECK(shell.status() == 0);
  const Json document = shell.json("plugins doctor memory");
  CHECK(document["healthy"] == true);
  const Json& steps = document["steps"];
  CHECK(steps[steps.size() - 2]["name"] == "health");
  CHECK(steps[steps.size() - 2]["warning"] == true);
  CHECK(steps.back()["warning"] == false);
}

TEST_CASE("plugins doctor: a fault is a failure, and a warning about the configuration") {
  Shell shell("sick");
  const std::string rows = shell.run("plugins doctor");
  CHECK(rows.find("FAIL  health      index: it misses objects; run 'tally storage reindex'") != rows.npos);
  CHECK(rows.find("pass  health      objects: all are there") != rows.npos);
  CHECK(shell.status() == 1);
  CHECK(shell.json("plugins doctor")["healthy"] == false);
  const Json checked = shell.json("config check");
  CHECK(checked["warnings"] ==
        Json{"the backend 'sick' finds a fault: index: it misses objects; run 'tally storage reindex'"});
  CHECK(shell.status() == 0);
  shell.run("config check --strict");
  CHECK(shell.status() == 3);
}

TEST_CASE("report and show read through the storage, where there are no files (bug 70)") {
  Shell shell;
  shell.run("import " TALLY_STORE_FOLDER);
  CHECK(shell.json("show weather")["steps"].size() == 2);
  CHECK(shell.json("runs weather").size() == 2);
  const Json report = shell.json("report weather run-1768843769100-kla25ar");
  CHECK(report["run"] == "run-1768843769100-kla25ar");
  // Ids are keys as they are: nothing is decoded on the way.
  CHECK_THROWS_AS(shell.run("report weather ..%2f..%2fmeta"), Error);
  shell.storage().write("conversations/weather/runs/tally/a%2fb.json",
                        shell.storage().read("conversations/weather/runs/tally/run-1768843769100-kla25ar.json"));
  CHECK(shell.json("report weather a%2fb")["run"] == "a%2fb");
}

TEST_CASE("completion: a backend that does not answer is given up after a second, without a word") {
  Shell shell("slow");
  const auto begin = std::chrono::steady_clock::now();
  for (const auto* timeout : {"", "--timeout 1h ", "--timeout 1ms "}) {
    CHECK(shell.run(timeout + std::string("__names conversations")).empty());
    CHECK(shell.status() == 0);
  }
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::minutes(1));
}

}  // namespace
