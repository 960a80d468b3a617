// A file within the limit costs memory and time within limits, whatever stands in it.

#include <chrono>

#include "unit/config_fixture.hpp"

namespace tally::test {
namespace {

template <typename Action>
std::chrono::nanoseconds timeOf(Action&& action) {
  const auto begin = std::chrono::steady_clock::now();
  action();
  return std::chrono::steady_clock::now() - begin;
}

TEST_CASE("size: what aliases repeat is counted in bytes, too") {
  std::string text = "storage: {local: {a: &a " + std::string(500'000, 'x') + ", many: [";
  for (int i = 0; i < 1000; ++i) text += "*a, ";
  text += "]}}";
  CHECK(codeOf([&] { parse(text); }) == ErrorCode::ConfigSyntax);
  CHECK(contains(messageOf([&] { parse(text); }), "counting what aliases repeat"));
  std::string few = "storage: {local: {a: &a " + std::string(100'000, 'x') + ", b: *a, c: *a}}";
  CHECK(optionOf<std::string>(parse(few), "local", "c").size() == 100'000);
}

TEST_CASE("size: many keys in one map take time in proportion") {
  std::string storage = "storage:\n", pins = "plugins:\n  sha256:\n", options = "storage:\n  local:\n";
  for (int i = 0; i < 20'000; ++i) {
    const auto name = "b" + std::to_string(i);
    storage += "  " + name + ": {}\n";
    pins += "    " + name + ": " + std::string(64, '0') + "\n";
    options += "    " + name + ": 1\n";
  }
  pins.resize(std::min<std::size_t>(pins.size(), 1'000'000));
  pins.resize(pins.rfind("    b"));
  for (const auto* text : {&storage, &pins, &options}) {
    CAPTURE(text->substr(0, 30));
    CHECK(timeOf([&] { parse(*text); }) < std::chrono::seconds(3));
  }
}

}  // namespace
}  // namespace tally::test
