#pragma once
// The thread behind an append stream, and what it shares with the callers.

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "redis/objects/object_writer.hpp"
#include "redis/objects/watched_appends.hpp"
#include "tally/extensions/append_stream.hpp"

namespace tally::redis {

/// One thread sends what has been submitted, in one step of the server as much as there is by then, and waits for the
/// answer before it sends the next: so what follows a failure is never sent. A token lets a step land once, also when
/// the answer to it was lost.
class AppendSender {
 public:
  AppendSender(ObjectWriter& writer, WatchedAppends watched, std::string key, const AppendStreamOptions& options,
               bool tells_sizes);

  /// As those of AppendStream.
  std::optional<std::uint64_t> submit(std::string_view content);
  std::optional<std::uint64_t> wait(std::uint64_t ticket, const Call& call);

 private:
  using Contents = std::vector<std::string>;
  void run(const std::stop_token& stop);
  std::uint64_t append(const Contents& some, const std::string& token, const Call& call);
  Contents takeSome(const std::stop_token& stop);
  void acknowledge(const Contents& sent, std::uint64_t size);
  void fail(const Error& why);

  ObjectWriter& writer_;
  WatchedAppends watched_;  // of the thread
  const std::string key_;
  const std::uint64_t window_bytes_, window_count_;
  const bool tells_sizes_;

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::string> waiting_;  // guarded by mutex_, not sent yet
  std::uint64_t submitted_ = 0;      // guarded by mutex_
  std::uint64_t acknowledged_ = 0;   // guarded by mutex_
  std::uint64_t open_bytes_ = 0;     // guarded by mutex_, not acknowledged
  std::deque<std::uint64_t> sizes_;  // guarded by mutex_, of the object after the latest acknowledged appends
  std::optional<Error> failure_;     // guarded by mutex_

  std::jthread sender_;
};

}  // namespace tally::redis
