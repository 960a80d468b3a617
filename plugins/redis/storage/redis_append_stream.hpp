#pragma once
// tally.append_stream/1: appends that are collected while others are on their way.

#include <memory>

#include "redis/objects/object_reader.hpp"
#include "redis/objects/object_writer.hpp"
#include "redis/servers/owner.hpp"
#include "redis/storage/append_sender.hpp"
#include "tally/extensions/append_stream.hpp"

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

/// Hands everything to a sender, which in a forked child is left to the parent: there its thread is not, and what that
/// waits on can't be destroyed.
class RedisAppendStream final : public AppendStream {
 public:
  RedisAppendStream(const Owner& owner, std::unique_ptr<AppendSender> sender) noexcept
      : owner_(owner), sender_(std::move(sender)) {}
  ~RedisAppendStream() override;

  std::optional<std::uint64_t> submit(std::string_view content) override;
  std::optional<std::uint64_t> wait(std::uint64_t ticket, const Call& call) override;

 private:
  const Owner& owner_;
  std::unique_ptr<AppendSender> sender_;
};

}  // namespace tally::redis
