#include <sys/mman.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "documents/json_validator.hpp"
#include "support/doctest.hpp"
#include "tally/error.hpp"
#include "tally/json.hpp"

using tally::ErrorCode;
using tally::Json;
using tally::JsonText;
using tally::test::codeOf;
using tally::test::messageOf;

namespace {
std::string deep(std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); }
}  // namespace

TEST_CASE("json: everything that the grammar allows is kept as text") {
  for (const std::string text : {"1e400",
                                 "-1E+999",
                                 "9007199254740993",
                                 "123456789012345678901234567890",
                                 "1.10",
                                 "-0",
                                 "-0.0e-0",
                                 "0",
                                 "null",
                                 "true",
                                 R"("\ud800")",
                                 R"("\udc00\ud800x")",
                                 R"("\u0000\/\b")",
                                 R"({"a":1e400,"a":2})",
                                 R"([1e400,"\ud83d"])",
                                 "\"\xF0\x9F\x98\x80\"",
                                 " \t\r\n{} ",
                                 R"({"":0})",
                                 R"("\\")",
                                 R"("\\\"")",
                                 R"("\\u12")"}) {
    CAPTURE(text);
    CHECK(JsonText::parse(text).text() == text);
  }
  CHECK(JsonText::parse(deep(1024)).text().size() == 2048);
}

TEST_CASE("json: what the grammar forbids is InvalidDocument") {
  for (const std::string text : {"",
                                 " ",
                                 "{",
                                 "[1,]",
                                 "{\"a\":1,}",
                                 "01",
                                 "1.",
                                 ".5",
                                 "+1",
                                 "-",
                                 "1e",
                                 "1e+",
                                 "0x10",
                                 "1 2",
                                 "{} x",
                                 "nul",
                                 "NaN",
                                 "Infinity",
                                 "'a'",
                                 "\"a",
                                 "\"\\x\"",
                                 "\"\\u12g4\"",
                                 "\"\\u12\"",
                                 "\"\n\"",
                                 "\"\xFF\"",
                                 "\"\xED\xA0\x80\"",
                                 "{\"a\"}",
                                 "{1:2}",
                                 "{\"a\":1 \"b\":2}",
                                 "[1 2]",
                                 "]",
                                 "[1}",
                                 "1e400x",
                                 "[1e400 1e400]",
                                 "{1e400:1}",
                                 "\xEF\xBB\xBF{}",
                                 "// c\n1",
                                 "[1e400",
                                 "1e400e400",
                                 "1e400.5"}) {
    CAPTURE(text);
    CHECK(codeOf([&] { JsonText::parse(text); }) == ErrorCode::InvalidDocument);
  }
  CHECK(codeOf([] { JsonText::parse(deep(1025)); }) == ErrorCode::InvalidDocument);
  CHECK(codeOf([] { JsonText::parse(std::string("1\0", 2)); }) == ErrorCode::InvalidDocument);
}

TEST_CASE("json: a fault is given with its position") {
  CHECK(messageOf([] { JsonText::parse("{\"a\":1e400,x}"); }).find("at byte 11") != std::string::npos);
  CHECK(messageOf([] { JsonText::parse("[1,"); }).find("ends too early") != std::string::npos);
  CHECK(messageOf([] { JsonText::parse(deep(2000)); }).find("deeper than 1024") != std::string::npos);
  for (const std::string& text : {std::string("{}\0", 3), std::string("\0[]", 3), std::string("[1\0]", 4)}) {
    CAPTURE(text);
    const std::string place = "at byte " + std::to_string(text.find('\0')) + ": not valid here";
    CHECK(messageOf([&] { JsonText::parse(text); }).find(place) != std::string::npos);
  }
}

TEST_CASE("json: a member is found by its name, however it is written, and the last one counts") {
  const auto text = JsonText::parse(R"( {"a":1, "b" : {"a":2} ,"\u0061":[ 3 ],"c\"":"x","":0,"d":"}\\"} )");
  CHECK(text.member("a") == "[ 3 ]");
  CHECK(text.member("b") == R"({"a":2})");
  CHECK(text.member("c\"") == "\"x\"");
  CHECK(text.member("") == "0");
  CHECK(text.member("d") == R"("}\\")");
  CHECK_FALSE(text.member("e").has_value());
  CHECK_FALSE(JsonText::parse("[1]").member("a").has_value());
  CHECK_FALSE(JsonText::parse("{}").member("a").has_value());
}

TEST_CASE("json: setMember changes one member and no other byte") {
  struct Row {
    std::string what, before, name;
    std::optional<std::string_view> value;
    std::string after;
  };
  const Row rows[] = {
      {"replace", R"({"a":1.10, "b" : -0 })", "b", "[]", R"({"a":1.10, "b" : [] })"},
      {"replace the last of two", R"({"a":1,"b":2,"a":3})", "a", "4", R"({"a":1,"b":2,"a":4})"},
      {"replace an escaped name", R"({"\u0061":1})", "a", "2", R"({"\u0061":2})"},
      {"trim the value", R"({"a":1})", "a", " 2\n", R"({"a":2})"},
      {"add to nothing", "{ }", "a", "1", R"({"a":1 })"},
      {"add behind the last", R"({"a":1})", "b", "2", R"({"a":1,"b":2})"},
      {"add in the same layout", "{\n  \"a\": 1\n}", "b", "{}", "{\n  \"a\": 1,\n  \"b\": {}\n}"},
      {"quote a name", "{}", "a\"\n", "1", R"({"a\"\n":1})"},
      {"drop the only one", "{ \"a\" : 1 }", "a", std::nullopt, "{  }"},
      {"drop the first", R"({"a":1, "b":2})", "a", std::nullopt, R"({"b":2})"},
      {"drop one in the middle", R"({"a":1, "b":2, "c":3})", "b", std::nullopt, R"({"a":1, "c":3})"},
      {"drop the last", R"({"a":1, "b":2 })", "b", std::nullopt, R"({"a":1 })"},
      {"drop all of the name", R"({"a":1,"b":2,"a":3,"a":4})", "a", std::nullopt, R"({"b":2})"},
      {"drop the first ones", R"({"a":1 , "a":2 , "b":3, "a":4 })", "a", std::nullopt, R"({"b":3 })"},
      {"drop all there are", R"({ "a":1, "a":2 , "a":3 })", "a", std::nullopt, R"({  })"},
      {"drop neighbours", R"({"b":0 , "a":1, "a":2 ,"c":3})", "a", std::nullopt, R"({"b":0 ,"c":3})"},
      {"drop nothing", R"({"a":1})", "b", std::nullopt, R"({"a":1})"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    auto text = JsonText::parse(row.before);
    text.setMember(row.name, row.value);
    CHECK(text.text() == row.after);
  }
}

TEST_CASE("json: dropping a member that is there a hundred thousand times takes two passes, not one for each") {
  std::string many = "{\"b\":0";
  for (int i = 0; i < 100'000; ++i) many += ",\"a\":1";
  auto text = JsonText::parse(many + "}");
  text.setMember("a", std::nullopt);
  CHECK(text.text() == "{\"b\":0}");
}

TEST_CASE("json: text above 4 GiB is told to be too long, and not read for it") {
  constexpr std::size_t kSize = (std::size_t{1} << 32) + 1;
  void* const nowhere = ::mmap(nullptr, kSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  REQUIRE(nowhere != MAP_FAILED);
  const std::string_view text(static_cast<const char*>(nowhere), kSize);
  CHECK_FALSE(tally::detail::JsonValidator().accepts(text));
  CHECK(tally::detail::jsonFault(text) == "it is longer than 4 GiB");
  ::munmap(nowhere, kSize);
}

TEST_CASE("json: setMember refuses values that are no JSON and places that are no object") {
  auto text = JsonText::parse(R"({"a":1})");
  CHECK(codeOf([&] { text.setMember("a", "x"); }) == ErrorCode::InvalidDocument);
  CHECK(codeOf([&] { text.setMember("a", "1}"); }) == ErrorCode::InvalidDocument);
  CHECK(codeOf([&] { text.setMember("\xFF", "1"); }) == ErrorCode::InvalidDocument);
  CHECK(text.text() == R"({"a":1})");
  auto list = JsonText::parse("[1]");
  CHECK(codeOf([&] { list.setMember("a", "1"); }) == ErrorCode::InvalidDocument);
  CHECK(codeOf([&] { list.setMember("a", std::nullopt); }) == ErrorCode::InvalidDocument);
}

TEST_CASE("json: a value built in memory must have a JSON form") {
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(JsonText::of(Json{{"b", 1}, {"a", "x"}}).text() == R"({"b":1,"a":"x"})");
  CHECK(JsonText::of(Json{{"a", Json::array()}}, 2).text() == "{\n  \"a\": []\n}");
  CHECK(messageOf([&] { JsonText::of(Json{{"a", {{"b", {1.0, infinity}}}}}); }).find("a.b[1]:") == 0);
  CHECK(messageOf([&] { JsonText::of(Json{{"a", {{{"b", infinity}}, 1}}}); }).find("a[0].b:") == 0);
  CHECK(codeOf([&] { JsonText::of(Json(std::nan(""))); }) == ErrorCode::InvalidDocument);
  CHECK(codeOf([] { JsonText::of(Json("\xFF")); }) == ErrorCode::InvalidDocument);
  CHECK(codeOf([] { JsonText::of(Json::binary({1, 2})); }) == ErrorCode::InvalidDocument);
  CHECK(messageOf([] { JsonText::of(Json{{"a", {{"b", "\xFF"}}}}); }).find("a.b:") == 0);
  CHECK(messageOf([] { JsonText::of(Json{{"a", {{"\xFF", 1}}}}); }).find("a: the name of a member") == 0);
}

TEST_CASE("json: the place of a fault is shown without control characters and with whole letters") {
  const Json odd = {{"a\x1b[31m", std::nan("")}};
  CHECK(messageOf([&] { JsonText::of(odd); }).find("a [31m: NaN") == 0);
  const Json deep_name = {{std::string(199, 'x') + "\xC3\xA4", std::nan("")}};
  CHECK(messageOf([&] { JsonText::of(deep_name); }).find(std::string(199, 'x') + "...: NaN") == 0);
}

TEST_CASE("json: a value built in memory may be nested as deep as text, and no deeper") {
  for (const int indent : {-1, 2}) CHECK_NOTHROW(JsonText::of(Json::parse(deep(1024)), indent));
  for (const std::size_t levels : {1025, 200'000}) {
    const Json value = Json::parse(deep(levels));
    CHECK(codeOf([&] { JsonText::of(value); }) == ErrorCode::InvalidDocument);
    CHECK(messageOf([&] { JsonText::of(value); }).find("nested deeper than 1024 levels") != std::string::npos);
  }
}

TEST_CASE("json: json() keeps the order and says when a value has no tree form") {
  CHECK(JsonText::parse(R"({"b":1,"a":[2]})").json().dump() == R"({"b":1,"a":[2]})");
  CHECK(codeOf([] { JsonText::parse("[1e400]").json(); }) == ErrorCode::InvalidDocument);
  CHECK(codeOf([] { JsonText::trusted("[1").json(); }) == ErrorCode::InvalidDocument);
}

TEST_CASE("json: text that was trusted wrongly is never read beyond its end") {
  for (const std::string text : {"{\"a", "{\"a\":", "{\"a\":[1,{", "{\"a\\", "{\"a\":\"\\\\\\", "{", ""}) {
    CAPTURE(text);
    CHECK(JsonText::trusted(text).member("b").has_value() == false);
  }
}
