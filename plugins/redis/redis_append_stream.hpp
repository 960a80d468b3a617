#pragma once
// tally.append_stream/1: appends that are collected while others are on their way.

#include <condition_variable>
#include <deque>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "directories.hpp"
#include "object_reader.hpp"
#include "object_writer.hpp"
#include "owner.hpp"
#include "tally/extensions/append_stream.hpp"
#include "watched_appends.hpp"

namespace tally::redis {

class RedisAppendStreams final : public AppendStreams {
 public:
  RedisAppendStreams(const Owner& owner, const Settings& settings, const KeyNames& names, ServerFinder& finder,
                     ObjectReader& reader, ObjectWriter& writer) noexcept
      : owner_(owner), settings_(settings), names_(names), finder_(finder), reader_(reader), writer_(writer) {}
  std::unique_ptr<AppendStream> openAppendStream(std::string_view key, const AppendStreamOptions& options,
                                                 const Call& call) override;

 private:
  const Owner& owner_;
  const Settings& settings_;
  const KeyNames& names_;
  ServerFinder& finder_;
  ObjectReader& reader_;
  ObjectWriter& writer_;
};

/// One thread sends what has been submitted, in one step of the server as much as there is by then, and waits for the
/// answer before it sends the next: so what follows a failure is never sent. A token lets a step land once, also when
/// the answer to it was lost.
class RedisAppendStream final : public AppendStream {
 public:
  RedisAppendStream(const Owner& owner, ObjectWriter& writer, WatchedAppends watched, std::string key,
                    const AppendStreamOptions& options, bool tells_sizes);
  ~RedisAppendStream() override;

  std::optional<std::uint64_t> submit(std::string_view content) override;
  std::optional<std::uint64_t> wait(std::uint64_t ticket, const Call& call) override;

 private:
  using Contents = std::vector<std::string>;
  void run(const std::stop_token& stop);
  std::uint64_t append(const Contents& some, const std::string& token, const Call& call);
  Contents takeSome(const std::stop_token& stop);
  void acknowledge(const Contents& sent, std::uint64_t size);
  void fail(const Error& why);

  const Owner& owner_;
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
