#include "store/followed_lines.hpp"

#include <algorithm>
#include <utility>

namespace tally::detail {

FollowEvent FollowedLines::wait(const Call& call) {
  bytes_.erase(0, std::exchange(used_, 0));
  std::string cursor = follower_->cursor(), fresh;
  FollowEvent event;
  {
    StringSink sink(fresh);
    event = follower_->next(sink, 0, call);
  }
  if (event == FollowEvent::Reset || event == FollowEvent::Removed) clear();
  if (event != FollowEvent::Data) return event;
  bytes_ += fresh;
  chunks_.push_back({std::move(cursor), fresh.size()});
  const auto skip = static_cast<std::size_t>(std::min<std::uint64_t>(to_skip_, fresh.size()));
  to_skip_ -= skip;
  use(skip);
  return event;
}

std::string_view FollowedLines::line() noexcept {
  const auto left = rest();
  const std::size_t end = left.find('\n', searched_);
  searched_ = left.size();
  return end == left.npos ? std::string_view() : left.substr(0, end + 1);
}

void FollowedLines::use(std::size_t size) {
  used_ += size;
  searched_ = 0;
  skipped_ += size;
  while (!chunks_.empty() && skipped_ >= chunks_.front().size) {
    skipped_ -= chunks_.front().size;
    chunks_.pop_front();
  }
}

ByteCursor FollowedLines::cursor() const {
  if (chunks_.empty()) return {follower_->cursor(), to_skip_};
  return {chunks_.front().cursor, skipped_};
}

void FollowedLines::clear() {
  bytes_.clear();
  chunks_.clear();
  used_ = searched_ = 0;
  skipped_ = to_skip_ = 0;
}

}  // namespace tally::detail
