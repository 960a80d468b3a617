#pragma once
// Optional ability: many objects in one go.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tally/storage.hpp"

namespace tally {

/// Where the results of a batch go: one call an item, by its index in the request, in any order. What the sink throws
/// ends the batch and reaches its caller; what became of the other items is unknown then.
class TALLY_API BatchSink {
 public:
  virtual ~BatchSink() = default;
  /// The item was done. `content` is the object's bytes (readMany, valid until take returns) or empty; `stat` is its
  /// state (readMany, statMany), its new version (writeMany), or nothing of interest.
  virtual void take(std::size_t index, std::string_view content, const StorageStat& stat) = 0;
  /// The item was not done: the error that the single operation would have thrown. Absent objects are NotFound, also
  /// for statMany and removeMany.
  virtual void fail(std::size_t index, const Error& error) = 0;
};

/// Many operations at the price of few round trips. Each item by itself keeps the promises of IStorage; the batch as a
/// whole is not atomic, and the order among its items is open, so a key stands in it once.
/// Errors: thrown only if nothing was done to any item; else each item has its result, OutcomeUnknown among them.
/// Threads: any.   Lifetime: that of the storage.
class TALLY_API Batch {
 public:
  static constexpr const char* kId = "tally.batch/1";
  using Keys = std::vector<std::string_view>;

  virtual ~Batch() = default;
  virtual void readMany(const Keys& keys, BatchSink& out, const Call& call) = 0;
  /// `contents` has one element a key; `options` hold for each.
  virtual void writeMany(const Keys& keys, const std::vector<std::string_view>& contents, const WriteOptions& options,
                         BatchSink& out, const Call& call) = 0;
  virtual void statMany(const Keys& keys, BatchSink& out, const Call& call) = 0;
  virtual void removeMany(const Keys& keys, const RemoveOptions& options, BatchSink& out, const Call& call) = 0;
};

#ifdef __cpp_exceptions
/// The same one by one, for a storage that does not offer batches. Cost: one operation of the storage an item.
class BatchByOnes final : public Batch {
 public:
  explicit BatchByOnes(IStorage& storage) noexcept : storage_(storage) {}

  void readMany(const Keys& keys, BatchSink& out, const Call& call) override {
    each(keys, out, call, [&](std::size_t index, std::string& bytes) {
      StringSink sink(bytes);
      return storage_.read(keys[index], {}, sink, call);
    });
  }
  void writeMany(const Keys& keys, const std::vector<std::string_view>& contents, const WriteOptions& options,
                 BatchSink& out, const Call& call) override {
    each(keys, out, call, [&](std::size_t index, std::string&) {
      StorageStat stat;
      stat.version = storage_.write(keys[index], contents[index], options, call);
      return stat;
    });
  }
  void statMany(const Keys& keys, BatchSink& out, const Call& call) override {
    each(keys, out, call, [&](std::size_t index, std::string&) {
      const auto stat = storage_.stat(keys[index], call);
      if (!stat) throw Error(ErrorCode::NotFound, "no such object");
      return *stat;
    });
  }
  void removeMany(const Keys& keys, const RemoveOptions& options, BatchSink& out, const Call& call) override {
    each(keys, out, call, [&](std::size_t index, std::string&) {
      if (!storage_.remove(keys[index], options, call)) throw Error(ErrorCode::NotFound, "no such object");
      return StorageStat();
    });
  }

 private:
  // The sink is called outside of the try: what it throws is no failure of the item.
  template <typename One>
  void each(const Keys& keys, BatchSink& out, const Call& call, One&& one) {
    call.check();
    for (std::size_t index = 0; index < keys.size(); ++index) {
      std::string bytes;
      StorageStat stat;
      std::optional<Error> failure;
      try {
        stat = one(index, bytes);
      } catch (const Error& error) {
        failure = error;
      }
      if (failure) {
        out.fail(index, *failure);
      } else {
        out.take(index, bytes, stat);
      }
    }
  }

  IStorage& storage_;
};
#endif

}  // namespace tally
