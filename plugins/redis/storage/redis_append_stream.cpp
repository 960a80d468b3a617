#include "redis/storage/redis_append_stream.hpp"

namespace tally::redis {

std::unique_ptr<AppendStream> RedisAppendStreams::openAppendStream(std::string_view key,
                                                                   const AppendStreamOptions& options,
                                                                   const Call& call) {
  owner_.begin(call);
  path::check(key);
  const auto stat = reader_.stat(key, call);
  if (stat && stat->is_directory) throwRefusal("IS_DIRECTORY");
  const bool trims = settings_.stream_max_len != 0;
  WatchedAppends watched(settings_, names_, finder_, key);
  return std::make_unique<RedisAppendStream>(
      owner_, std::make_unique<AppendSender>(writer_, std::move(watched), std::string(key), options, !trims));
}

RedisAppendStream::~RedisAppendStream() {
  if (!owner_.isHere()) static_cast<void>(sender_.release());
}

std::optional<std::uint64_t> RedisAppendStream::submit(std::string_view content) {
  owner_.begin({});
  return sender_->submit(content);
}

std::optional<std::uint64_t> RedisAppendStream::wait(std::uint64_t ticket, const Call& call) {
  owner_.begin(call);
  return sender_->wait(ticket, call);
}

}  // namespace tally::redis
