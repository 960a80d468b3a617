#pragma once
// Appends that share one write and one wait for the disk.

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "local/files/store_parts.hpp"
#include "tally/extensions/append_stream.hpp"

namespace tally::local {

/// Collects appends in memory until somebody waits; who waits writes all that was collected as one append, journalled
/// and synced once, while others go on collecting. So a group is all there or not at all.
class AppendGroup final : public AppendStream {
 public:
  static constexpr std::uint64_t kWindowBytes = std::uint64_t{4} << 20;
  static constexpr std::uint64_t kWindowCount = 65'536;

  /// `key` was checked. Errors: as AppendStreams::openAppendStream.
  AppendGroup(StoreParts& parts, std::string_view key, const AppendStreamOptions& options);

  /// One append above the whole window is taken alone. Cost: a copy.
  std::optional<std::uint64_t> submit(std::string_view content) override;
  /// The sizes of the last 65,536 appends are known.
  /// Cost: that of one append, whatever was collected; none when its group was written already.
  std::optional<std::uint64_t> wait(std::uint64_t ticket, const Call& call) override;

 private:
  struct Collected {
    std::string bytes;
    std::vector<std::uint64_t> ends;  // of each append, in `bytes`
  };
  bool isFull(std::uint64_t more) const noexcept;
  void writeGroup(std::unique_lock<std::mutex>& lock, const Call& call);
  std::optional<Error> write(std::uint64_t& size, const Call& call) noexcept;
  void fail(Error& error) noexcept;
  void acknowledge(std::uint64_t size) noexcept;

  StoreParts& parts_;
  const std::string key_;
  const std::uint64_t window_bytes_, window_count_;

  Error out_of_memory_{ErrorCode::OutcomeUnknown, "no memory is left"};  // made in time; of who writes

  std::mutex mutex_;  // guards all below
  std::condition_variable written_;
  Collected collected_;
  Collected group_;  // to be written next, before what is collected; whoever writes reads it without the mutex
  std::uint64_t submitted_ = 0, acknowledged_ = 0;  // appends
  bool has_writer_ = false;
  std::deque<std::uint64_t> sizes_;  // of the object after each of the last acknowledged appends
  std::optional<Error> failure_;
};

}  // namespace tally::local
