// Group P, the process: what a plugin must leave as it found it.
#include <elf.h>
#include <malloc.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "groups.hpp"
#include "parallel.hpp"
#include "raw_plugin.hpp"
#include "tally/conformance/expect.hpp"

namespace tally::conformance {
namespace {

namespace fs = std::filesystem;

std::size_t entriesOf(const char* folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

/// The number of threads, once it has come down to `expected`, or after a while: a joined one leaves /proc a bit later.
std::size_t threadsDownTo(std::size_t expected) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  while (entriesOf("/proc/self/task") > expected && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  return entriesOf("/proc/self/task");
}

std::size_t heapInUse() {
  const auto info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

void nothingLeft(Context& context) {
  constexpr std::size_t kAllowedBytes = 100;  // a round
  const auto openAndUse = [&] {
    const RawStorage raw(context);
    raw.write("x", "1");
    expectBytes("content of 'x'", raw.read("x"), "1");
  };
  const unsigned rounds = context.rounds(1000);
  for (int i = 0; i < 5; ++i) openAndUse();
  const auto threads = entriesOf("/proc/self/task"), descriptors = entriesOf("/proc/self/fd"), heap = heapInUse();
  for (unsigned i = 0; i < rounds; ++i) openAndUse();
  expectEqual("threads after " + std::to_string(rounds) + " storages", threadsDownTo(threads), threads);
  expectEqual("descriptors after " + std::to_string(rounds) + " storages", entriesOf("/proc/self/fd"), descriptors);
  const auto grown = heapInUse() - std::min(heapInUse(), heap);
  expect(grown <= rounds * kAllowedBytes, "the heap grew by " + std::to_string(grown) + " bytes over " +
                                              std::to_string(rounds) + " storages that were closed");
}

/// What belongs to the whole process.
struct ProcessWide {
  ProcessWide() : folder(fs::current_path()), locale(std::setlocale(LC_ALL, nullptr)) {
    mask = ::umask(0);
    ::umask(mask);
    ::sigprocmask(SIG_BLOCK, nullptr, &blocked);
    for (int signal = 1; signal < 32; ++signal) {
      struct sigaction action {};
      ::sigaction(signal, nullptr, &action);
      handlers[signal] = reinterpret_cast<std::uintptr_t>(action.sa_handler);
    }
  }
  void expectSame(const ProcessWide& before) const {
    expect(folder == before.folder, "the plugin changed the working directory");
    expect(locale == before.locale, "the plugin changed the locale");
    expectEqual("umask", mask, before.mask);
    for (int signal = 1; signal < 32; ++signal) {
      const std::string name = "signal " + std::to_string(signal);
      expect(handlers[signal] == before.handlers[signal], "the plugin installed a handler of " + name);
      expectEqual("whether " + name + " is blocked", ::sigismember(&blocked, signal),
                  ::sigismember(&before.blocked, signal));
    }
  }
  fs::path folder;
  std::string locale;
  mode_t mask = 0;
  sigset_t blocked{};
  std::uintptr_t handlers[32] = {};
};

/// What arrives at standard output and error while it lives.
class Printed {
 public:
  Printed() {
    std::string name = (fs::temp_directory_path() / "tally-printed-XXXXXX").string();
    file_ = ::mkstemp(name.data());
    ::unlink(name.c_str());
    for (const int number : {STDOUT_FILENO, STDERR_FILENO}) {
      kept_[number] = ::dup(number);
      ::dup2(file_, number);
    }
  }
  Printed(const Printed&) = delete;
  Printed& operator=(const Printed&) = delete;
  ~Printed() { ::close(file_); }
  /// The bytes so far; the streams are what they were from now on.
  std::size_t end() {
    std::fflush(nullptr);
    for (const int number : {STDOUT_FILENO, STDERR_FILENO}) {
      ::dup2(kept_[number], number);
      ::close(kept_[number]);
    }
    struct stat now {};
    ::fstat(file_, &now);
    return static_cast<std::size_t>(now.st_size);
  }

 private:
  int file_ = -1;
  int kept_[3] = {};
};

void quietGuest(Context& context) {
  Printed printed;
  const ProcessWide before;
  {
    const RawStorage raw(context);
    raw.write("d/x", "1");
    raw.read("d/x");
    const tally_str missing = strOf("missing");
    const tally_call call = freshCall();
    tally_stat stat = freshStat();
    tally_error error = freshError();
    raw.ops().stat(raw.self(), &call, &missing, &stat, &error);
    ProcessWide().expectSame(before);
  }
  ProcessWide().expectSame(before);
  const std::size_t bytes = printed.end();
  expectEqual<std::size_t>("bytes that the plugin printed", bytes, 0);
}

/// Ends a process with its storage open, destructors and exit handlers included.
/// (bug 31) A program with an open storage never ended.
void exitsAnyhow(Context& context) {
  static RawStorage* kept = nullptr;  // never closed, and not lost either
  Child child([&](const Child::Reporter&) {
    kept = new RawStorage(context);
    kept->write("x", "1");
    std::exit(0);
  });
  child.finish();
  Child orderly([&](const Child::Reporter&) {
    {
      const RawStorage raw(context);
      raw.write("x", "1");
    }
    const tally_plugin& plugin = *context.harness().plugin();
    if (plugin.shutdown != nullptr) plugin.shutdown();
    std::exit(0);
  });
  orderly.finish();
}

/// A thread of the plugin may fail when everything has long looked fine.
void livesOn(Context& context) {
  const RawStorage raw(context);
  raw.write("x", "1");
  std::this_thread::sleep_for(std::chrono::seconds(2));
  expectBytes("content of 'x' two seconds later", raw.read("x"), "1");
}

void fork(Context& context) {
  auto& storage = context.storage();
  storage.write("d/x", "parent");
  Child child([&](const Child::Reporter&) {
    const auto attempt = [](const auto& action) {
      try {
        action();
      } catch (const Error&) {  // Closed, most likely; any answer is fine, but a crash or a hang is not
      }
    };
    attempt([&] { storage.read("d/x"); });
    attempt([&] { storage.stat("d/x"); });
    attempt([&] { storage.write("d/child", "1"); });
    attempt([&] { storage.append("d/child", "2"); });
    attempt([&] { storage.list("d"); });
  });
  child.finish();
  expectContent(storage, "d/x", "parent");
  storage.append("d/x", "+");
  expectContent(storage, "d/x", "parent+");
}

void constantCapabilities(Context& context) {
  auto& storage = context.storage();
  const auto bits = storage.capabilities().bits();
  storage.write("x", "1");
  expectError(ErrorCode::NotFound, "read of 'missing'", [&] { storage.read("missing"); });
  expectEqual("capabilities after some calls", storage.capabilities().bits(), bits);
  expectEqual("capabilities of another handle", context.open()->capabilities().bits(), bits);
  const bool lasts = context.harness().processes();
  expect(lasts || !context.offers(Capability::SurvivesPowerLoss),
         "SurvivesPowerLoss is declared, but no other process sees what was written");
}

/// The dynamic symbols that a library defines for others.
std::vector<std::string> exportsOf(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(stream), {});
  const auto at = [&](std::size_t offset, auto& value) {
    expect(offset + sizeof value <= bytes.size(), "the plugin's file is shorter than its headers say");
    std::memcpy(&value, bytes.data() + offset, sizeof value);
  };
  Elf64_Ehdr header{};
  at(0, header);
  std::vector<std::string> names;
  for (unsigned i = 0; i < header.e_shnum; ++i) {
    Elf64_Shdr section{}, texts{};
    at(header.e_shoff + i * sizeof section, section);
    if (section.sh_type != SHT_DYNSYM) continue;
    at(header.e_shoff + section.sh_link * sizeof texts, texts);
    for (std::size_t one = 0; one < section.sh_size / sizeof(Elf64_Sym); ++one) {
      Elf64_Sym symbol{};
      at(section.sh_offset + one * sizeof symbol, symbol);
      if (symbol.st_shndx == SHN_UNDEF || symbol.st_name == 0) continue;
      if (ELF64_ST_BIND(symbol.st_info) == STB_GNU_UNIQUE) fail("exports a unique symbol, shared with other plugins");
      names.emplace_back(bytes.data() + texts.sh_offset + symbol.st_name);
    }
  }
  return names;
}

void oneExport(Context& context) {
  std::vector<std::string> others;
  bool entry = false;
  for (const auto& name : exportsOf(context.harness().pluginFile())) {
    const bool linkers =
        name == "_init" || name == "_fini" || name == "_edata" || name == "_end" || name == "__bss_start";
    entry = entry || name == TALLY_PLUGIN_ENTRY;
    if (name != TALLY_PLUGIN_ENTRY && !linkers) others.push_back(name);
  }
  expect(entry, "does not export " TALLY_PLUGIN_ENTRY);
  expect(others.empty(), "exports " + std::to_string(others.size()) + " symbols beside " TALLY_PLUGIN_ENTRY ", " +
                             (others.empty() ? std::string() : quote(others.front())) +
                             " for instance; link with a version script");
}

}  // namespace

std::vector<Case> pluginProcessCases() {
  constexpr auto kPlugin = Facility::Plugin;
  return {
      {"P01", "create, destroy: no thread, descriptor or memory stays", nothingLeft, kPlugin, Pace::Slow, 120},
      {"P14", "fork: a child may get an error, but no crash; the parent goes on", fork, {}, Pace::Quick, 20},
      {"P15", "capabilities: constant, and not beyond what other processes see", constantCapabilities},
      {"P17", "file: exports the entry and nothing else", oneExport, Facility::PluginFile},
      {"P26", "process: nothing printed, no handler, mask, folder or locale changed", quietGuest, kPlugin},
      {"P27", "process: ends in order, with a storage open and after shutdown", exitsAnyhow, kPlugin, Pace::Quick, 20},
      {"P34", "process: two seconds after the opening it is still there", livesOn, kPlugin, Pace::Slow, 20},
  };
}

Group pluginCases() {
  Group group{'P', "plugin: the C interface, the file, the process", pluginProcessCases()};
  for (auto& more : pluginTableCases()) group.cases.push_back(more);
  for (auto& more : pluginAbilityCases()) group.cases.push_back(more);
  return group;
}

}  // namespace tally::conformance
