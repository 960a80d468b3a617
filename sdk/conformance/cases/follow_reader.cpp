#include "follow_reader.hpp"

#include <algorithm>

namespace tally::conformance {

using namespace std::chrono_literals;

constexpr auto kPatience = 10s;  // for what must happen at once

const char* nameOf(FollowEvent event) noexcept {
  switch (event) {
    case FollowEvent::Nothing: return "Nothing";
    case FollowEvent::Data: return "Data";
    case FollowEvent::Reset: return "Reset";
    case FollowEvent::Removed: return "Removed";
  }
  return "an unknown event";
}

FollowEvent FollowReader::next(const Call& call, std::uint64_t max_bytes) {
  std::string came;
  FollowEvent event = FollowEvent::Nothing;
  {
    StringSink sink(came);
    event = follower_->next(sink, max_bytes, call);
  }
  if (event == FollowEvent::Data) {
    expect(!came.empty(), "a follower said Data and delivered nothing");
    expect(max_bytes == 0 || came.size() <= max_bytes,
           "a follower delivered " + std::to_string(came.size()) + " bytes of " + std::to_string(max_bytes) + " asked");
  } else {
    expect(came.empty(), std::string("a follower delivered bytes together with ") + nameOf(event));
  }
  if (event == FollowEvent::Reset || event == FollowEvent::Removed) bytes_.clear();
  bytes_ += came;
  return event;
}

void FollowReader::expectBytes(std::string_view expected, std::chrono::seconds patience) {
  const Call call = Call::within(patience);
  while (bytes_.size() < expected.size()) {
    const auto event = next(call);
    expect(event != FollowEvent::Removed, "a follower said Removed of an object that is there");
    if (event == FollowEvent::Nothing) {
      fail("a follower delivered " + std::to_string(bytes_.size()) + " of " + std::to_string(expected.size()) +
           " bytes in " + std::to_string(patience.count()) + " s");
    }
  }
  conformance::expectBytes("what a follower delivered", bytes_, expected);
}

void FollowReader::expectEvent(FollowEvent expected) {
  const auto found = next(Call::within(kPatience));
  if (found != expected) fail(std::string("next event: found ") + nameOf(found) + ", expected " + nameOf(expected));
}

void FollowReader::expectNothing() {
  const auto found = next(Call::within(50ms));
  if (found == FollowEvent::Nothing) return;
  fail(std::string("next event when nothing happened: found ") + nameOf(found) + " with " +
       std::to_string(bytes_.size()) + " bytes so far");
}

std::string FollowReader::cursor() const {
  std::string text = follower_->cursor();
  expect(!text.empty() && text.size() <= 255, "a cursor has " + std::to_string(text.size()) + " bytes, not 1 to 255");
  const bool printable = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' - 1 && c < 0x7F; });
  expect(printable, "a cursor is not printable ASCII: " + quote(text));
  return text;
}

}  // namespace tally::conformance
