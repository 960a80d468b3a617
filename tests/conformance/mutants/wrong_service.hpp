#pragma once
// Mutants that get tally.health/1 or tally.reindex/1 wrong, and a reindex that is right.

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tally/extensions/health.hpp"
#include "tally/extensions/reindex.hpp"
#include "wrong_ability.hpp"

namespace tally::test {

class UnknownLevel final : public Health {
 public:
  explicit UnknownLevel(IStorage&) {}
  void checkHealth(HealthSink& out, const Call&) override { out.take(HealthLevel{0}, "persistence", "who knows"); }
};

class NothingSaid final : public Health {
 public:
  explicit NothingSaid(IStorage&) {}
  void checkHealth(HealthSink& out, const Call&) override { out.take(HealthLevel::Fault, "persistence", ""); }
};

class LeavesATrace final : public Health {
 public:
  explicit LeavesATrace(IStorage& storage) : storage_(storage) {}
  void checkHealth(HealthSink&, const Call& call) override { storage_.write("probe", "1", {}, call); }

 private:
  IStorage& storage_;
};

/// Right for a storage whose listings need no index: it looks at everything and finds nothing to do.
class NothingToIndex : public Reindex {
 public:
  explicit NothingToIndex(IStorage& storage) : storage_(storage) {}
  ReindexResult rebuildIndex(ReindexProgress& progress, const Call& call) override {
    call.check();
    ReindexResult result;
    for (std::vector<std::string> folders = {""}; !folders.empty();) {
      const std::string folder = folders.back();
      folders.pop_back();
      for (const auto& entry : storage_.list(folder)) {
        if (entry.is_directory) folders.push_back(entry.path);
        result.objects += entry.is_directory ? 0 : 1;
      }
      progress.lookedAt(result.objects);
    }
    return result;
  }

 protected:
  IStorage& storage() const noexcept { return storage_; }

 private:
  IStorage& storage_;
};

class CountsFolders final : public NothingToIndex {
  using NothingToIndex::NothingToIndex;
  ReindexResult rebuildIndex(ReindexProgress& progress, const Call& call) override {
    auto result = NothingToIndex::rebuildIndex(progress, call);
    ++result.objects;
    return result;
  }
};

class TellsNoProgress final : public NothingToIndex {
  using NothingToIndex::NothingToIndex;
  struct Deaf final : ReindexProgress {
    void lookedAt(std::uint64_t) override {}
  };
  ReindexResult rebuildIndex(ReindexProgress&, const Call& call) override {
    Deaf deaf;
    return NothingToIndex::rebuildIndex(deaf, call);
  }
};

/// Empties the index first and fills it then.
class EmptiesFirst final : public ForwardingStorage, public Reindex {
 public:
  using ForwardingStorage::ForwardingStorage;
  void* extension(std::string_view id) override {
    return id == Reindex::kId ? static_cast<Reindex*>(this) : good().extension(id);
  }
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    return !empty_ && good().list(directory, options, out, call);
  }
  ReindexResult rebuildIndex(ReindexProgress& progress, const Call& call) override {
    empty_ = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const auto result = NothingToIndex(good()).rebuildIndex(progress, call);
    empty_ = false;
    return result;
  }

 private:
  std::atomic<bool> empty_{false};
};

}  // namespace tally::test
