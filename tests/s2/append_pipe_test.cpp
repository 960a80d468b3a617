// Appends on their way: what goes out when, and what is known of what has landed.

#include "s2/storage/append_pipe.hpp"

#include "support/doctest.hpp"

using namespace tally;
using namespace tally::s2;

namespace {

const AppendAck kAck{{0, 0}, {1, 0}, {1, 0}};
constexpr AppendPipe::Window kWide{1'000'000'000, 1'000'000};

/// The records of an AppendInput: fields with the number 1, each behind its length.
std::size_t recordsOf(std::string_view message) {
  std::size_t count = 0;
  for (; !message.empty() && message[0] == 0x0A; ++count) {
    std::size_t size = 0, digits = 0;
    do {
      size |= (static_cast<unsigned char>(message[++digits]) & 0x7FU) << 7U * (digits - 1);
    } while ((static_cast<unsigned char>(message[digits]) & 0x80U) != 0);
    message.remove_prefix(1 + digits + size);
  }
  CHECK(message.empty());
  return count;
}

}  // namespace

TEST_CASE("append pipe: the first appends go out at once, later ones together") {
  AppendPipe pipe(kWide);
  for (std::uint64_t ticket = 0; ticket < 4; ++ticket) {
    CHECK(pipe.push("x\n") == ticket);
    CHECK(recordsOf(pipe.next().value()) == 1);
  }
  for (int i = 0; i < 10; ++i) pipe.push("y\n");
  CHECK_FALSE(pipe.next().has_value());
  CHECK(pipe.landed(kAck) == 2);
  CHECK(recordsOf(pipe.next().value()) == 10);
  CHECK(pipe.landedBelow() == 1);
  CHECK(pipe.given() == 14);
}

TEST_CASE("append pipe: full batches don't wait, and keep the service's limits") {
  AppendPipe pipe(kWide);
  for (int i = 0; i < 2500; ++i) pipe.push("x\n");
  std::size_t records = 0;
  for (int i = 0; i < 3; ++i) records += recordsOf(pipe.next().value());
  CHECK(records == 2500);
  for (int i = 0; i < 20; ++i) pipe.push(std::string(300'000, 'x'));
  for (int i = 0; i < 6; ++i) {
    const auto message = pipe.next();
    REQUIRE(message.has_value());
    CHECK(message->size() < kMaxBatchBytes + 1000);
    CHECK(recordsOf(*message) == 3);
  }
}

TEST_CASE("append pipe: a window is full, but never too small for one append") {
  AppendPipe pipe({10, 3});
  CHECK(pipe.hasRoom(100));
  pipe.push(std::string(100, 'x'));
  CHECK_FALSE(pipe.hasRoom(1));
  pipe.next();
  pipe.landed(kAck);
  CHECK(pipe.hasRoom(1));
  for (int i = 0; i < 3; ++i) pipe.push("x");
  CHECK_FALSE(pipe.hasRoom(1));
}

TEST_CASE("append pipe: a large append is staged, then joined, with others before and behind it") {
  AppendPipe pipe(kWide);
  pipe.push("before");
  pipe.push(std::string(2'500'000, 'x'));
  pipe.push("behind");
  CHECK(recordsOf(pipe.next().value()) == 1);
  for (int i = 0; i < 3; ++i) CHECK(recordsOf(pipe.next().value()) == 1);
  CHECK_FALSE(pipe.next().has_value());  // what is staged is not acknowledged
  CHECK(pipe.landed(kAck) == 6);
  CHECK_FALSE(pipe.mayHaveLanded());
  for (int i = 0; i < 3; ++i) CHECK(pipe.landed(kAck) == 0);
  CHECK(pipe.landedBelow() == 1);
  CHECK(recordsOf(pipe.next().value()) == 1);
  CHECK(pipe.mayHaveLanded());
  CHECK(recordsOf(pipe.next().value()) == 1);
  CHECK(pipe.landed(kAck) == 2'500'000);
  CHECK(pipe.landed(kAck) == 6);
  CHECK(pipe.landedBelow() == 3);
}

TEST_CASE("append pipe: a large append that has not landed is staged anew, as another transaction") {
  AppendPipe pipe(kWide);
  pipe.push(std::string(1'500'000, 'x'));
  const auto first = pipe.next();
  pipe.next();
  pipe.landed(kAck);
  pipe.rewind();
  const auto again = pipe.next();
  CHECK(again->size() == first->size());
  CHECK(*again != *first);
}

TEST_CASE("append pipe: sizes after each append of a batch; unknown where nobody told") {
  AppendPipe pipe(kWide);
  for (const auto* text : {"a", "bb", "ccc"}) pipe.push(text);
  pipe.next();
  CHECK(pipe.landed(kAck) == 6);
  CHECK_FALSE(pipe.sizeAfter(2).has_value());
  pipe.sizeIs(106);
  CHECK(pipe.sizeAfter(0) == 101);
  CHECK(pipe.sizeAfter(1) == 103);
  CHECK(pipe.sizeAfter(2) == 106);
  CHECK_FALSE(pipe.sizeAfter(3).has_value());
}

TEST_CASE("append pipe: what has not landed is sent again, in the same order") {
  AppendPipe pipe(kWide);
  pipe.push("a");
  const auto first = pipe.next();
  pipe.push("b");
  const auto second = pipe.next();
  pipe.rewind();
  CHECK_FALSE(pipe.isUnderWay());
  CHECK(pipe.next().value() == *first + *second);
  CHECK(pipe.landed(kAck) == 2);
  CHECK(pipe.landedBelow() == 2);
}
