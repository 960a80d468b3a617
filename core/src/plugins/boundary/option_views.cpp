#include "plugins/boundary/option_views.hpp"

#include <string>

#include "plugins/boundary/views.hpp"
#include "tally/error.hpp"

namespace tally::plugins {
namespace {

constexpr std::size_t kMaxTokenBytes = 64;

void require(Capabilities offered, std::uint64_t capability, const char* option) {
  if ((capability & ~offered.bits()) == 0) return;
  throw Error(ErrorCode::Unsupported,
              std::string("the backend does not offer ") + option + ", which was asked for; nothing was written");
}

// What is wrong for every backend.
void refuseBadCall(const WriteOptions& options) {
  if (options.if_absent && options.if_version) {
    throw Error(ErrorCode::InvalidArgument, "if_absent and if_version exclude each other");
  }
  if (options.time_to_live && options.time_to_live->count() <= 0) {
    throw Error(ErrorCode::InvalidArgument, "a time to live is above zero");
  }
}

}  // namespace

tally_write_options viewOf(const WriteOptions& options, Capabilities offered) {
  refuseBadCall(options);
  tally_write_options view{TALLY_END_OF(tally_write_options, time_to_live_ns), 0, {nullptr, 0}, 0};
  if (options.if_absent) {
    require(offered, TALLY_CAP_CREATE_EXCLUSIVE, "if_absent");
    view.flags |= TALLY_WRITE_IF_ABSENT;
  }
  if (options.if_version) {
    require(offered, TALLY_CAP_IF_VERSION, "if_version");
    view.flags |= TALLY_WRITE_IF_VERSION;
    view.if_version = bytesOf(options.if_version->bytes());
  }
  if (options.time_to_live) {
    require(offered, TALLY_CAP_TIME_TO_LIVE, "time_to_live");
    view.flags |= TALLY_WRITE_TIME_TO_LIVE;
    view.time_to_live_ns = options.time_to_live->count();
  }
  return view;
}

tally_append_options viewOf(const AppendOptions& options, Capabilities offered) {
  tally_append_options view{TALLY_END_OF(tally_append_options, token), 0, 0, {nullptr, 0}};
  if (options.token.size() > kMaxTokenBytes) {
    throw Error(ErrorCode::InvalidArgument, "a token has at most 64 bytes");
  }
  if (options.expected_size) {
    require(offered, TALLY_CAP_APPEND_AT, "expected_size");
    view.flags |= TALLY_APPEND_AT_SIZE;
    view.expected_size = *options.expected_size;
  }
  if (!options.token.empty()) {
    require(offered, TALLY_CAP_APPEND_TOKEN, "a token");
    view.flags |= TALLY_APPEND_TOKEN;
    view.token = bytesOf(options.token);
  }
  return view;
}

tally_remove_options viewOf(const RemoveOptions& options) noexcept {
  return {TALLY_END_OF(tally_remove_options, flags), options.recursive ? TALLY_REMOVE_RECURSIVE : 0};
}

}  // namespace tally::plugins
