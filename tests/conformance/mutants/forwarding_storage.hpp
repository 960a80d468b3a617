#pragma once
// Passes every call on to another storage. Mutants override the one method that they get wrong.

#include <chrono>
#include <memory>
#include <thread>
#include <utility>

#include "tally/storage.hpp"

namespace tally::test {

/// Long enough for another thread to look at what is half done, also on a busy machine.
inline void letOthersLook() { std::this_thread::sleep_for(std::chrono::microseconds(500)); }

class ForwardingStorage : public IStorage {
 public:
  explicit ForwardingStorage(std::shared_ptr<IStorage> good) : good_(std::move(good)) {}

  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    return good_->read(key, range, out, call);
  }
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    return good_->write(key, content, options, call);
  }
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    return good_->append(key, content, options, call);
  }
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    return good_->list(directory, options, out, call);
  }
  std::optional<StorageStat> stat(std::string_view key, const Call& call) override { return good_->stat(key, call); }
  bool remove(std::string_view key, const RemoveOptions& options, const Call& call) override {
    return good_->remove(key, options, call);
  }
  Capabilities capabilities() const noexcept override { return good_->capabilities(); }
  void* extension(std::string_view id) override { return good_->extension(id); }

 protected:
  IStorage& good() const noexcept { return *good_; }

 private:
  std::shared_ptr<IStorage> good_;
};

}  // namespace tally::test
