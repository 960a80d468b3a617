#include "tally/path.hpp"

#include <algorithm>
#include <string>

#include "support/doctest.hpp"
#include "tally/error.hpp"

using tally::Error;
using tally::ErrorCode;

TEST_CASE("path: legal keys have no problem") {
  for (const std::string key : {"a", "a/b", "conversations/conv-1/meta.json", ".hidden", "...", "a:b", "q[1]*?", " a ",
                                "\xF0\x9F\x98\x80", "e\xCC\x81", "a\\b", "%2f", "\x01\x7F"}) {
    CAPTURE(key);
    CHECK(tally::path::problem(key).empty());
  }
  CHECK(tally::path::problem(std::string(512, 'x')).empty());
}

TEST_CASE("path: illegal keys are InvalidArgument and say why") {
  const std::string nul("a\0b", 3);
  for (const std::string& key :
       {std::string(), std::string("."), std::string(".."), std::string("a/../b"), std::string("a/./b"),
        std::string("a//b"), std::string("/a"), std::string("a/"), std::string("/"), std::string("a/.."),
        std::string("./a"), nul, std::string(513, 'x'), std::string("\xFF\xFE"), std::string("a\xC0\xAF"),
        std::string("\xED\xA0\x80"), std::string("\xF4\x90\x80\x80"), std::string("long-enough-for-a-word/\xE2\x82")}) {
    CAPTURE(key);
    CHECK_FALSE(tally::path::problem(key).empty());
    try {
      tally::path::check(key);
      FAIL("accepted");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::InvalidArgument);
    }
  }
}

TEST_CASE("path: the quick check agrees with the rule spelled out, for all short keys of the tricky bytes") {
  const auto legal = [](const std::string& key) {
    if (key.empty() || key.front() == '/' || key.back() == '/') return false;
    for (std::size_t begin = 0; begin <= key.size();) {
      const std::size_t end = std::min(key.find('/', begin), key.size());
      const std::string segment = key.substr(begin, end - begin);
      if (segment.empty() || segment == "." || segment == "..") return false;
      begin = end + 1;
    }
    return true;
  };
  constexpr char kTricky[] = {'/', '.', 'a', '0'};
  for (std::size_t length = 0; length < 18; ++length) {  // so that each of them stands at each place of a word
    const std::string head(length, 'h');
    for (unsigned number = 0; number < 4096; ++number) {
      std::string key = head;
      for (unsigned n = number | 0x1000; n > 3; n >>= 2U) key += kTricky[n & 3U];
      CAPTURE(key);
      CHECK(tally::path::problem(key).empty() == legal(key));
    }
  }
}

TEST_CASE("path: join keeps segments and refuses empty ones") {
  CHECK(tally::path::join({"a", "b"}) == "a/b");
  CHECK(tally::path::join({"a/b", "c"}) == tally::path::join({"a", "b/c"}));
  CHECK_THROWS_AS(tally::path::join({"a", ""}), Error);
  CHECK_THROWS_AS(tally::path::join({"", "a"}), Error);
  CHECK_THROWS_AS(tally::path::join({"a", ".."}), Error);
}

TEST_CASE("path: parent and basename take a key apart") {
  CHECK(tally::path::parent("a/b/c") == "a/b");
  CHECK(tally::path::basename("a/b/c") == "c");
  CHECK(tally::path::parent("a").empty());
  CHECK(tally::path::basename("a") == "a");
}
