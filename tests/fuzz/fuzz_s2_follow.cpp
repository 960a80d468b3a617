// What a follower makes of records in any order and of any kind, begun anew wherever it asks for that; and cursors.

#include <cstdlib>
#include <memory>
#include <string>

#include "fuzz/fuzz.hpp"
#include "s2/records/follow_fold.hpp"
#include "s2/storage/follower.hpp"
#include "s2/wire/messages.hpp"
#include "tally/error.hpp"

namespace {

using tally::s2::FollowFold;
using tally::s2::FollowPoint;

/// Take the unit, the first bytes of it one by one.
void take(FollowFold& fold) {
  fold.takeReset();
  std::string text;
  for (int i = 0; i < 3 && !fold.isTaken(); ++i) {
    tally::StringSink sink(text);
    if (fold.take(sink, 1) > 1) std::abort();
  }
  {
    tally::StringSink sink(text);
    fold.take(sink, FollowPoint::kNone);
  }
  if (!fold.isTaken()) std::abort();
}

void follow(const std::shared_ptr<const std::string>& bytes) {
  FollowFold fold{FollowPoint()};
  tally::s2::decodeBatch(*bytes, [&](const tally::s2::RecordView& record) {
    const auto next = fold.feed(record, bytes);
    FollowPoint point = next == FollowFold::Next::GoOn ? fold.point() : FollowPoint();
    if (next == FollowFold::Next::ReadFrom) point.read_from = 0;
    if (next != FollowFold::Next::GoOn) fold = FollowFold(point);
    if (record.seq_num % 3 != 0) return;
    fold.settle();
    take(fold);
    if (fold.point().read_from > fold.point().delivered) std::abort();
  });
  fold.settle();
  take(fold);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::make_shared<const std::string>(reinterpret_cast<const char*>(data), size);
  try {
    follow(bytes);
  } catch (const tally::Error&) {
    static_cast<void>(size);
  }
  try {
    const FollowPoint point = tally::s2::parseCursor("a stream", *bytes);
    if (tally::s2::cursorOf("a stream", point) != *bytes && bytes->find(".0") == std::string::npos) std::abort();
  } catch (const tally::Error&) {
    static_cast<void>(size);
  }
  return 0;
}
