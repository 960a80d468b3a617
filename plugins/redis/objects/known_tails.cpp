#include "redis/objects/known_tails.hpp"

#include "redis/wire/numbers.hpp"

namespace tally::redis {
namespace {

constexpr std::size_t kMost = 256;
// Ids made from a tail keep its time, so it is renewed from the server's clock this often.
constexpr std::chrono::seconds kFresh{2};

}  // namespace

std::string EntryId::text() const { return std::to_string(time) + '-' + std::to_string(number); }

EntryId parseEntryId(std::string_view text) {
  EntryId id;
  const std::size_t dash = text.find('-');
  if (dash != text.npos && parseNumber(text.substr(0, dash), id.time) &&
      parseNumber(text.substr(dash + 1), id.number)) {
    return id;
  }
  throw Error(ErrorCode::Internal, "the server's answer is not the id of an entry: '" + std::string(text) + "'");
}

std::optional<KnownTail> KnownTails::take(std::string_view key) {
  const std::lock_guard lock(mutex_);
  if (tails_.empty()) return std::nullopt;
  auto found = tails_.extract(std::string(key));
  if (found.empty() || found.mapped().age() > kFresh) return std::nullopt;
  return std::move(found.mapped());
}

void KnownTails::put(std::string_view key, KnownTail tail) {
  const std::lock_guard lock(mutex_);
  if (tails_.size() >= kMost) tails_.clear();
  tails_.insert_or_assign(std::string(key), std::move(tail));
}

void KnownTails::forget(std::string_view key) {
  const std::lock_guard lock(mutex_);
  tails_.erase(std::string(key));
}

}  // namespace tally::redis
