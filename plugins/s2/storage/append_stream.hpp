#pragma once
// Appends without waiting for the answer to the one before: one append session, as long as it lasts.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "s2/storage/append_pipe.hpp"
#include "s2/storage/basin_api.hpp"
#include "s2/storage/stream_memory.hpp"
#include "tally/extensions/append_stream.hpp"

namespace tally::s2 {

/// A session that ends while nothing is on its way is begun anew, and so is one whose end says that nothing of what is
/// on its way has landed. Any other end is the end of the stream.
class S2AppendStream final : public AppendStream {
 public:
  /// Sends nothing yet. Lifetime: within that of `api` and `memory`.
  S2AppendStream(BasinApi& api, StreamMemory& memory, std::string stream, const AppendStreamOptions& options);
  S2AppendStream(const S2AppendStream&) = delete;
  S2AppendStream& operator=(const S2AppendStream&) = delete;
  ~S2AppendStream() override;

  std::optional<std::uint64_t> submit(std::string_view content) override;
  std::optional<std::uint64_t> wait(std::uint64_t ticket, const Call& call) override;

 private:
  class Session;
  using Lock = std::unique_lock<std::mutex>;

  // With the lock.
  void begin();
  void fail(const Error& why);
  bool isStuck() const;
  void recover(Lock& lock, const Call& call);

  // Without it.
  void prepareAgain(const Session& ended, const Call& call);
  void waitAfter(const Refusal& refusal, const Call& call);

  BasinApi& api_;
  StreamMemory& memory_;
  const std::string stream_;
  const StreamMemory::Change change_;  // others in this process don't bet on the tail meanwhile

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  AppendPipe pipe_;
  std::shared_ptr<Session> session_;  // none before the first append
  std::optional<Error> failure_;
  bool starving_ = false;    // the session has nothing to send
  bool closing_ = false;     // and will not get anything
  bool ended_ = false;       // the session has
  bool recovering_ = false;  // a waiting caller sees to it
  Call::Clock::time_point progress_;

  // Of whoever recovers.
  Backoff backoff_;
  std::optional<DeletionWait> deletion_;
  bool created_ = false;
};

}  // namespace tally::s2
