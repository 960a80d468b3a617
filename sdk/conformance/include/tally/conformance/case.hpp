#pragma once
// A conformance case: one promise of tally/storage.hpp and the code that tries to break it.
//
// Cases are rows of a table; each group of the list is one file under sdk/conformance/cases. Adding a group? Also
// baseGroups() in src/groups.cpp and the table in README.md.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tally/conformance/harness.hpp"
#include "tally/storage.hpp"

namespace tally::conformance {

/// What a harness may offer beyond open() and clear(). A case that needs a missing one is skipped, with the reason.
enum class Facility : unsigned {
  Processes = 1U << 0,   ///< Harness::processes()
  Host = 1U << 1,        ///< Harness::throughHost()
  Folder = 1U << 2,      ///< Harness::folder()
  Server = 1U << 3,      ///< Harness::server() and openAt()
  Plugin = 1U << 4,      ///< Harness::plugin() and pluginOptions()
  PluginFile = 1U << 5,  ///< Harness::pluginFile()
};

/// What a case needs. Built from a Capability, a Facility, the id of an optional ability, or several joined by '|'.
struct Needs {
  constexpr Needs() noexcept = default;
  constexpr Needs(Capability one) noexcept : capabilities{one} {}                     // NOLINT: on purpose
  constexpr Needs(Facility one) noexcept : facilities(static_cast<unsigned>(one)) {}  // NOLINT: on purpose
  constexpr Needs(const char* id) noexcept : extension(id) {}                         // NOLINT: on purpose
  Capabilities capabilities;
  unsigned facilities = 0;
  const char* extension = nullptr;  ///< "tally.follow/1": what IStorage::extension has to answer for
};
constexpr Needs operator|(Needs a, Needs b) noexcept {
  a.capabilities = Capabilities(a.capabilities.bits() | b.capabilities.bits());
  a.facilities |= b.facilities;
  if (a.extension == nullptr) a.extension = b.extension;
  return a;
}

constexpr Needs operator|(Capability a, Facility b) noexcept { return Needs(a) | Needs(b); }

/// Whether a case belongs to a quick run.
enum class Pace { Quick, Slow };

/// What a running case works with. A fresh one for each case, on an empty storage.
class Context {
 public:
  Context(Harness& harness, std::uint64_t seed, unsigned effort = 100)
      : harness_(harness), random_(seed), effort_(effort) {}

  /// The storage under test, opened at first use. Never touch it in a child process: open() a new one there.
  IStorage& storage();
  /// Another handle on the same data.
  std::shared_ptr<IStorage> open();
  /// Let go of storage(), before the case forks.
  void close() noexcept { storage_.reset(); }

  Harness& harness() noexcept { return harness_; }
  bool offers(Capability one) { return storage().capabilities().has(one); }
  std::mt19937_64& random() noexcept { return random_; }
  /// How often to do what only repetition proves: `full`, or less of it where the run asks for less effort.
  unsigned rounds(unsigned full) const noexcept { return full * effort_ < 100 ? 1 : full * effort_ / 100; }
  /// A random whole number from `low` to `high`, both included.
  std::size_t number(std::size_t low, std::size_t high);
  /// Random bytes; the same for the same seed.
  std::string bytes(std::size_t size);
  /// Give up because the harness or the platform can't do what the case needs. Counted as skipped, with the reason.
  [[noreturn]] static void skip(std::string reason);

 private:
  Harness& harness_;
  std::mt19937_64 random_;
  unsigned effort_;
  std::shared_ptr<IStorage> storage_;
};

/// Thrown by Context::skip.
struct Skip {
  std::string reason;
};

struct Case {
  const char* id;     ///< "C07": group letter and number
  const char* title;  ///< the promise, as "operation: fact"
  void (*run)(Context&);
  Needs needs = {};
  Pace pace = Pace::Quick;
  int limit_seconds = 60;  ///< killed and reported as hanging after that
};

struct Group {
  char letter;
  const char* title;
  std::vector<Case> cases;
};

}  // namespace tally::conformance
