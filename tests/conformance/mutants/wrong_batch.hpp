#pragma once
// Mutants that get tally.batch/1 wrong. Each shows only what it spoils.

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "tally/extensions/batch.hpp"
#include "wrong_ability.hpp"

namespace tally::test {

class ForwardingBatch : public Batch {
 public:
  explicit ForwardingBatch(IStorage& storage) : storage_(storage) {}
  void readMany(const Keys& keys, BatchSink& out, const Call& call) override { good().readMany(keys, out, call); }
  void writeMany(const Keys& keys, const std::vector<std::string_view>& contents, const WriteOptions& options,
                 BatchSink& out, const Call& call) override {
    good().writeMany(keys, contents, options, out, call);
  }
  void statMany(const Keys& keys, BatchSink& out, const Call& call) override { good().statMany(keys, out, call); }
  void removeMany(const Keys& keys, const RemoveOptions& options, BatchSink& out, const Call& call) override {
    good().removeMany(keys, options, out, call);
  }

 protected:
  Batch& good() const noexcept { return *storage_.extension<Batch>(); }

 private:
  IStorage& storage_;
};

class LosesTheLast final : public ForwardingBatch {
  using ForwardingBatch::ForwardingBatch;
  void readMany(const Keys& keys, BatchSink& out, const Call& call) override {
    good().readMany(keys.empty() ? keys : Keys(keys.begin(), keys.end() - 1), out, call);
  }
};

/// The results come to the neighbours' places.
class Shifted final : public ForwardingBatch {
  using ForwardingBatch::ForwardingBatch;
  struct Sink final : BatchSink {
    Sink(BatchSink& to, std::size_t size) : out(to), count(size) {}
    void take(std::size_t index, std::string_view content, const StorageStat& stat) override {
      out.take((index + 1) % count, content, stat);
    }
    void fail(std::size_t index, const Error& error) override { out.fail((index + 1) % count, error); }
    BatchSink& out;
    std::size_t count;
  };
  void readMany(const Keys& keys, BatchSink& out, const Call& call) override {
    Sink shifted(out, keys.size());
    good().readMany(keys, shifted, call);
  }
};

class AllOrNothing final : public ForwardingBatch {
  using ForwardingBatch::ForwardingBatch;
  struct Sink final : BatchSink {
    void take(std::size_t, std::string_view, const StorageStat&) override {}
    void fail(std::size_t, const Error& error) override { throw Error(error); }
  };
  void writeMany(const Keys& keys, const std::vector<std::string_view>& contents, const WriteOptions& options,
                 BatchSink& out, const Call& call) override {
    Sink strict;
    good().writeMany(keys, contents, options, strict, call);
    for (std::size_t i = 0; i < keys.size(); ++i) out.take(i, {}, {});
  }
};

/// Takes what is not there for done.
struct AbsentIsDone final : BatchSink {
  explicit AbsentIsDone(BatchSink& to) : out(to) {}
  void take(std::size_t index, std::string_view content, const StorageStat& stat) override {
    out.take(index, content, stat);
  }
  void fail(std::size_t index, const Error& error) override {
    if (error.code() == ErrorCode::NotFound) return out.take(index, {}, {});
    out.fail(index, error);
  }
  BatchSink& out;
};

class AbsentWasRemoved final : public ForwardingBatch {
  using ForwardingBatch::ForwardingBatch;
  void removeMany(const Keys& keys, const RemoveOptions& options, BatchSink& out, const Call& call) override {
    AbsentIsDone kind(out);
    good().removeMany(keys, options, kind, call);
  }
};

class AbsentHasAState final : public ForwardingBatch {
  using ForwardingBatch::ForwardingBatch;
  void statMany(const Keys& keys, BatchSink& out, const Call& call) override {
    AbsentIsDone kind(out);
    good().statMany(keys, kind, call);
  }
};

class FirstThousandOfBatch final : public ForwardingBatch {
  using ForwardingBatch::ForwardingBatch;
  void removeMany(const Keys& keys, const RemoveOptions& options, BatchSink& out, const Call& call) override {
    constexpr std::size_t kPage = 1000;
    if (keys.size() <= kPage) return good().removeMany(keys, options, out, call);
    good().removeMany(Keys(keys.begin(), keys.begin() + kPage), options, out, call);
    for (std::size_t i = kPage; i < keys.size(); ++i) out.take(i, {}, {});
  }
};

class OptionsIgnored final : public ForwardingBatch {
  using ForwardingBatch::ForwardingBatch;
  void writeMany(const Keys& keys, const std::vector<std::string_view>& contents, const WriteOptions&, BatchSink& out,
                 const Call& call) override {
    good().writeMany(keys, contents, {}, out, call);
  }
};

class BatchWithoutTime final : public ForwardingBatch {
  using ForwardingBatch::ForwardingBatch;
  void removeMany(const Keys& keys, const RemoveOptions& options, BatchSink& out, const Call&) override {
    good().removeMany(keys, options, out, {});
  }
};

/// A command without a key is a wrong command.
class NothingIsRefused final : public ForwardingBatch {
  using ForwardingBatch::ForwardingBatch;
  void readMany(const Keys& keys, BatchSink& out, const Call& call) override {
    if (keys.empty()) throw Error(ErrorCode::InvalidArgument, "wrong number of arguments");
    good().readMany(keys, out, call);
  }
};

class BatchWithoutCancel final : public ForwardingBatch {
  using ForwardingBatch::ForwardingBatch;
  void writeMany(const Keys& keys, const std::vector<std::string_view>& contents, const WriteOptions& options,
                 BatchSink& out, const Call& call) override {
    Call stubborn;
    stubborn.deadline = call.deadline;
    good().writeMany(keys, contents, options, out, stubborn);
  }
};

/// All threads put together what they send in one place.
class OneBufferForAll final : public ForwardingBatch {
  using ForwardingBatch::ForwardingBatch;
  void writeMany(const Keys& keys, const std::vector<std::string_view>& contents, const WriteOptions& options,
                 BatchSink& out, const Call& call) override {
    put({contents.begin(), contents.end()});
    letOthersLook();
    auto buffer = take();
    buffer.resize(contents.size());
    good().writeMany(keys, {buffer.begin(), buffer.end()}, options, out, call);
  }
  void put(std::vector<std::string> contents) {
    const std::lock_guard<std::mutex> lock(mutex_);
    buffer_ = std::move(contents);
  }
  std::vector<std::string> take() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return buffer_;
  }
  std::mutex mutex_;
  std::vector<std::string> buffer_;
};

}  // namespace tally::test
