#pragma once
// What a server answered. Reading it as something that it is not is an error, never a default.

#include <hiredis/hiredis.h>

#include <cstdint>
#include <memory>
#include <string_view>

#include "tally/error.hpp"

namespace tally::redis {

/// A look at an answer or a part of one. Valid while the Reply lives.
class ReplyView {
 public:
  explicit ReplyView(const redisReply* reply) noexcept : reply_(reply) {}

  bool isText() const noexcept { return is(REDIS_REPLY_STRING) || is(REDIS_REPLY_STATUS); }
  bool isInteger() const noexcept { return is(REDIS_REPLY_INTEGER); }
  bool isArray() const noexcept { return is(REDIS_REPLY_ARRAY); }
  bool isNil() const noexcept { return is(REDIS_REPLY_NIL); }
  bool isError() const noexcept { return is(REDIS_REPLY_ERROR); }

  /// Errors: Internal if it is no text.
  std::string_view text() const {
    if (!isText()) unexpected("a text");
    return {reply_->str, reply_->len};
  }
  std::string_view errorText() const {
    if (!isError()) unexpected("an error");
    return {reply_->str, reply_->len};
  }
  std::int64_t integer() const {
    if (!isInteger()) unexpected("a number");
    return reply_->integer;
  }
  std::size_t size() const {
    if (!isArray()) unexpected("a list");
    return reply_->elements;
  }
  ReplyView operator[](std::size_t index) const {
    if (index >= size()) unexpected("a longer list");
    return ReplyView(reply_->element[index]);
  }

 private:
  bool is(int type) const noexcept { return reply_ != nullptr && reply_->type == type; }
  [[noreturn]] static void unexpected(const char* what) {
    throw Error(ErrorCode::Internal, std::string("the server's answer is not ") + what +
                                         ", as it must be; is this a Redis of version 6.2 or later?");
  }

  const redisReply* reply_;
};

struct FreeReply {
  void operator()(redisReply* reply) const noexcept { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, FreeReply>;

inline ReplyView viewOf(const Reply& reply) noexcept { return ReplyView(reply.get()); }

}  // namespace tally::redis
