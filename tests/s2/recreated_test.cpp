// Objects that another client has removed and made again, with as many records as before: whoever remembers the old one
// neither adds to the new one by its size, nor tells a size that is not true.

#include "s2_server.hpp"
#include "support/doctest.hpp"

using namespace tally;
using namespace tally::s2::test;
using tally::test::codeOf;

namespace {

const std::string kLonger = "another, much longer value\n";

/// One client that remembers `first`, and one that has made the object anew since.
struct Recreated {
  const S2Server server;
  std::unique_ptr<s2::S2Storage> one = openS2(server), other = openS2(server);

  explicit Recreated(const std::string& first) {
    one->append("x", first);
    CHECK(one->stat("x")->size == first.size());
    CHECK(other->remove("x"));
    other->append("x", kLonger);
  }

  std::string content() { return other->read("x"); }
  void checkStat() {
    const auto size = one->stat("x")->size;
    if (size) CHECK(*size == content().size());
  }
};

AppendOptions expecting(std::uint64_t size) {
  AppendOptions options;
  options.expected_size = size;
  return options;
}

}  // namespace

TEST_CASE("recreated: an append that expects the old size is a Conflict, one that expects the new size lands") {
  Recreated object("hello\n");
  CHECK(codeOf([&] { object.one->append("x", "!\n", expecting(6)); }) == ErrorCode::Conflict);
  CHECK(object.content() == kLonger);
  object.checkStat();
  CHECK(object.one->append("x", "!\n", expecting(kLonger.size())) == kLonger.size() + 2);
  CHECK(object.one->append("x", "?\n", expecting(kLonger.size() + 2)) == kLonger.size() + 4);
  CHECK(object.content() == kLonger + "!\n?\n");
  CHECK(object.one->stat("x")->size == kLonger.size() + 4);
}

TEST_CASE("recreated: an append that expects the old size is a Conflict also after a write, and of what is gone") {
  const S2Server server;
  const auto one = openS2(server), other = openS2(server);
  one->write("x", "hello");
  other->remove("x");
  other->write("x", kLonger);
  CHECK(codeOf([&] { one->append("x", "!", expecting(5)); }) == ErrorCode::Conflict);
  CHECK(other->read("x") == kLonger);
  one->write("x", "hello");
  other->remove("x");
  CHECK(codeOf([&] { one->append("x", "!", expecting(5)); }) == ErrorCode::Conflict);
  CHECK_FALSE(other->stat("x").has_value());
  CHECK(one->append("x", "!", expecting(0)) == 1);
}

TEST_CASE("recreated: a plain append tells no size of the old object, and neither does stat") {
  Recreated object("hello\n");
  const auto size = object.one->append("x", "!\n");
  if (size) CHECK(*size == kLonger.size() + 2);
  CHECK(object.content() == kLonger + "!\n");
  object.checkStat();
}

TEST_CASE("recreated: an append stream tells no size of the old object") {
  Recreated object("hello\n");
  const auto stream = object.one->openAppendStream("x", {}, Call());
  for (std::uint64_t i = 0; i < 3; ++i) {
    const auto size = stream->wait(stream->submit("!\n").value(), Call());
    if (size) CHECK(*size == kLonger.size() + 2 * (i + 1));
    object.checkStat();
  }
}

TEST_CASE("recreated: taking a lease tells no size of the old object") {
  Recreated object("hello\n");
  const auto lease = object.one->acquireLease("x", "me", {}, Call());
  object.checkStat();
  lease->append("!\n", Call());
  object.checkStat();
  CHECK(object.content() == kLonger + "!\n");
}

TEST_CASE("recreated: after a read of an object of fewer records stat tells its size") {
  const S2Server server;
  const auto one = openS2(server), other = openS2(server);
  for (int i = 0; i < 5; ++i) one->append("x", "hello\n");
  other->remove("x");
  other->append("x", kLonger);
  CHECK(one->read("x") == kLonger);
  CHECK(one->stat("x")->size == kLonger.size());
  CHECK(one->append("x", "!\n", expecting(kLonger.size())) == kLonger.size() + 2);
  CHECK(one->stat("x")->size == kLonger.size() + 2);
}
