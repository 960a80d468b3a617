#include "plugins/boundary/name_order.hpp"

#include <string>
#include <vector>

#include "support/doctest.hpp"

using namespace tally;
using plugins::NameOrder;
using Verdict = NameOrder::Verdict;

TEST_CASE("name order: is that of the bytes, whatever the lengths") {
  std::vector<std::string> names{"a.", "a/b", "a-b", ".a", "..a", "~", "\xc3\xa4", "\xf0\x9f\x98\x80"};
  std::string grown;
  for (int i = 0; i < 40; ++i) {
    grown += static_cast<char>('a' + i % 3);
    names.push_back(grown);
    names.push_back(grown + "\x01");
    names.push_back(grown + "\x7f");
    names.push_back(grown + "\xc3\xa4");
  }
  for (const auto& before : names) {
    for (const auto& name : names) {
      CAPTURE(before);
      CAPTURE(name);
      NameOrder order(before);
      const bool legal = name.find('/') == name.npos;
      CHECK(order.take(name) == (!legal ? Verdict::NoName : name > before ? Verdict::Next : Verdict::NotGreater));
    }
  }
}

TEST_CASE("name order: the last name counts, not what an older one has left") {
  NameOrder order("");
  CHECK(order.take("aaaaaaaaaaaaaaaaaaaaaaaz") == Verdict::Next);
  CHECK(order.take("b") == Verdict::Next);
  CHECK(order.take("baaaaaaaaaaaaaaaaaaaaaaa") == Verdict::Next);
  CHECK(order.take("b") == Verdict::NotGreater);
}

TEST_CASE("name order: what is no legal segment is no name") {
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".."), std::string("a\0b", 3), std::string("12345678/"),
        std::string("\xff"), std::string("1234567\xc3"), std::string(513, 'x')}) {
    CAPTURE(name);
    CHECK(NameOrder("").take(name) == Verdict::NoName);
  }
  CHECK(NameOrder("").take(std::string(512, 'x')) == Verdict::Next);
  CHECK(NameOrder(std::string(600, 'x')).take(std::string(512, 'x')) == Verdict::NotGreater);
}
