#pragma once
// The backend. It works as it is, in memory; put your service in its place, method by method. What each method promises
// is said in tally/storage.hpp, and tally-conformance tells which promise is not kept yet.

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "tally/storage.hpp"

namespace mystore {

class MyStoreStorage final : public tally::IStorage {
 public:
  explicit MyStoreStorage(std::uint64_t max_bytes) : max_bytes_(max_bytes) {}

  tally::StorageStat read(std::string_view key, const tally::ByteRange& range, tally::ByteSink& out,
                          const tally::Call& call) override;
  tally::Version write(std::string_view key, std::string_view content, const tally::WriteOptions& options,
                       const tally::Call& call) override;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content,
                                      const tally::AppendOptions& options, const tally::Call& call) override;
  bool list(std::string_view directory, const tally::ListOptions& options, tally::EntrySink& out,
            const tally::Call& call) override;
  std::optional<tally::StorageStat> stat(std::string_view key, const tally::Call& call) override;
  bool remove(std::string_view key, const tally::RemoveOptions& options, const tally::Call& call) override;
  tally::Capabilities capabilities() const noexcept override;

 private:
  bool hasChildren(std::string_view key) const;
  void checkPlace(std::string_view key, std::size_t size) const;

  const std::uint64_t max_bytes_;
  std::mutex mutex_;
  // By key, with NUL in place of '/': NUL is in no key and sorts first, so what lies in a directory stands together.
  std::map<std::string, std::string, std::less<>> objects_;  // guarded by mutex_
};

}  // namespace mystore
