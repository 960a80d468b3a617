// The kit on mutants of the in-memory example: of its class, of its tables, of its file. That the example itself passes
// everything is a test of its own.

#include "mutants.hpp"

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "judge.hpp"
#include "memory_harness.hpp"
#ifdef TALLY_LOCAL
#include "local_mutants.hpp"
#endif
#include "wrong_calls.hpp"
#include "wrong_keys.hpp"
#include "wrong_plugin.hpp"
#include "wrong_reads.hpp"
#include "wrong_tables.hpp"

namespace tally::test {
namespace {

/// Faults that show in the heap of malloc, which a sanitizer's own does not tell.
[[maybe_unused]] bool needsPlainHeap(const std::string& mutant) {
  return mutant == "what was read is kept for ever" || mutant == "destroy frees nothing";
}

/// Those whose fault can show in this build.
template <typename Mutants>
Mutants visible(Mutants mutants) {
#ifdef TALLY_SANITIZED
  mutants.erase(
      std::remove_if(mutants.begin(), mutants.end(), [](const auto& one) { return needsPlainHeap(one.name); }),
      mutants.end());
#endif
  return mutants;
}

class ClassHarness final : public MemoryHarness {
 public:
  explicit ClassHarness(const Mutant& mutant) : mutant_(mutant) {}
  std::string name() const override { return mutant_.name; }
  std::shared_ptr<IStorage> open() override {
    if (!opened_) opened_ = mutant_.make(MemoryHarness::open());
    return opened_;
  }
  void clear() override {
    MemoryHarness::clear();
    opened_.reset();
  }
  std::vector<std::string> secrets() const override { return {ShowsSecrets::kSecret}; }

 private:
  const Mutant& mutant_;
  std::shared_ptr<IStorage> opened_;
};

/// The example offers every ability but one, and is no plugin: what its own test leaves out is tried here.
bool rightOnesPass() {
  const Mutant right{"a reindex that is right", "W", withReindex};
  ClassHarness reindexed(right);
  WrongPluginHarness plugin(PluginFault::None);
  const bool reindex_passes = passesAll(reindexed, "W");
  return passesAll(plugin, "P28") && passesAll(plugin, "P29") && reindex_passes;
}

class TableHarness final : public MemoryHarness {
 public:
  explicit TableHarness(const TableMutant& mutant) : mutant_(mutant) {}
  std::string name() const override { return mutant_.name; }
  bool hasPlugin() const override { return true; }
  const tally_plugin* plugin() override { return spoiledPlugin(mutant_); }
  const tally_config* pluginOptions() override {
    static constexpr tally_config kNone = {
        TALLY_END_OF(tally_config, get), 0, nullptr,
        [](void*, const tally_str*, tally_value*) -> std::int32_t { return TALLY_E_NOT_FOUND; }};
    return &kNone;
  }

 private:
  const TableMutant& mutant_;
};

/// Two stores in one, whose names begin alike; emptying the first one empties both.
class NeighboursHarness final : public MemoryHarness {
 public:
  std::shared_ptr<IStorage> open() override { return part("store"); }
  std::shared_ptr<IStorage> openSecond() override { return part("store2"); }

 private:
  std::shared_ptr<IStorage> part(const std::string& name) {
    return std::make_shared<BelowFolder>(std::make_shared<RemoveBleeds>(MemoryHarness::open()), name);
  }
};

struct NamedFault {
  PluginFault fault;
  const char *name, *caught;
};

std::vector<NamedFault> pluginFaults() {
  return {{PluginFault::Promises, "an ability of the note is not answered", "P28"},
          {PluginFault::Hides, "an ability is answered that the note does not have", "P28"},
          {PluginFault::LacksSlot, "the table of an ability has a null in it", "P29"}};
}

class FileHarness final : public MemoryHarness {
 public:
  std::string name() const override { return "memory"; }
  std::filesystem::path pluginFile() const override { return TALLY_CARELESS_PLUGIN; }
};

/// Nobody checks the options before the adapter, which relies on it.
class UncheckedHarness final : public MemoryHarness {
 public:
  bool throughHost() const override { return true; }
};

std::vector<Mutant> classMutants() {
  auto all = mutants();
  for (const auto& more : {abilityMutants(), storeMutants()}) all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace
}  // namespace tally::test

/// All of them, or those that the named cases must catch.
int main(int argc, char** argv) {
  using namespace tally::test;
  const std::vector<std::string> named(argv + 1, argv + argc);
  const std::vector<std::string> plain = {"A02", "B03", "C01", "D01"}, tables = {"P18", "P19", "P24"};
  std::size_t count = 0, survivors = 0;
  const auto judge = [&](tally::conformance::Harness& harness, const std::string& name, const std::string& by,
                         const std::vector<std::string>& others) {
    if (!named.empty() && std::find(named.begin(), named.end(), by) == named.end()) return;
    survivors += isCaught(harness, name, by, others) ? 0 : 1;
    ++count;
  };
  for (const auto& mutant : visible(classMutants())) {
    ClassHarness harness(mutant);
    judge(harness, mutant.name, mutant.caught, plain);
  }
  for (const auto& mutant : visible(tableMutants())) {
    TableHarness harness(mutant);
    judge(harness, mutant.name, mutant.caught, tables);
  }
  for (const auto& [fault, name, by] : pluginFaults()) {
    WrongPluginHarness harness(fault);
    judge(harness, name, by, plain);
  }
  FileHarness careless;
  judge(careless, "the file was linked without care", "P17", plain);
  UncheckedHarness unchecked;
  for (const auto* by : {"C24", "G16", "G17"}) judge(unchecked, "options that mean nothing are taken", by, plain);
  for (const auto* by : {"B13", "F10", "F11", "F12", "F14", "R12"}) judge(unchecked, "any key is taken", by, plain);
  NeighboursHarness neighbours;
  judge(neighbours, "emptying a store empties the one whose name goes on", "F22", plain);
#ifdef TALLY_LOCAL
  for (const auto& mutant : localMutants()) {
    LocalMutantHarness harness(mutant);
    judge(harness, mutant.name, mutant.caught, plain);
  }
#endif
  std::printf("%zu mutants, %zu survived or broken\n", count, survivors);
  if (!named.empty()) return survivors == 0 ? 0 : 1;
  return rightOnesPass() && survivors == 0 ? 0 : 1;
}
