#include "plugins/boundary/plugin_options.hpp"

#include <cstring>
#include <limits>

#include "plugins/file/plugin_note.hpp"
#include "support/doctest.hpp"
#include "tally/sdk/note.hpp"

using namespace tally;
using namespace tally::test;
using tally::plugins::PluginOptions;
using tally::sdk::Option;

namespace {

PluginNote note() {
  return plugins::parseNote(R"({"abi":"1.0","name":"fixture","options":[
    {"name":"path","type":"path","default":".tally"},
    {"name":"token","type":"text","secret":true,"required":true},
    {"name":"size","type":"integer","minimum":1,"maximum":9,"default":3},
    {"name":"ratio","type":"number","default":0.5},
    {"name":"fast","type":"flag","default":true},
    {"name":"mode","type":"text","choices":["full","process"]},
    {"name":"seeds","type":"list"}]})");
}

/// Whether a compiler can make what `make` makes.
template <auto Make>
concept Constant = requires {
  typename std::bool_constant<(Make(), true)>;
};

Config configWith(OptionMap section, bool with_token = true) {
  Config config;
  config.base_dir = "/etc/store";
  config.storage.backend = "fixture";
  if (with_token) section.try_emplace("token", OptionValue{std::string("s3cret"), {"tally.yaml", 4, 9}, {}});
  config.storage.sections["fixture"] = std::move(section);
  return config;
}

OptionValue at(decltype(OptionValue::value) value) { return {std::move(value), {"tally.yaml", 7, 5}, {}}; }

tally_value lookUp(const PluginOptions& options, std::string_view name) {
  tally_value value{};
  value.struct_size = TALLY_END_OF(tally_value, text);
  const tally_str key{name.data(), name.size()};
  if (options.view()->get(options.view()->self, &key, &value) != TALLY_OK) value.kind = TALLY_VALUE_NULL;
  return value;
}

std::string textOf(const tally_value& value) { return {value.text.data, value.text.size}; }

}  // namespace

TEST_CASE("options: defaults are filled in, paths are made absolute from the file's folder") {
  const PluginOptions options(configWith({}), note());
  CHECK(textOf(lookUp(options, "path")) == "/etc/store/.tally");
  CHECK(lookUp(options, "size").integer == 3);
  CHECK(lookUp(options, "ratio").number == 0.5);
  CHECK(lookUp(options, "fast").integer == 1);
  CHECK(lookUp(options, "mode").kind == TALLY_VALUE_NULL);
  CHECK(lookUp(options, "unheard").kind == TALLY_VALUE_NULL);
}

TEST_CASE("options: given values win, lists are indexed, shared options reach who publishes them") {
  Config config = configWith({{"size", at(std::int64_t{9})}, {"seeds", at(OptionValue::List{"a", "b"})}});
  config.storage.shared["path"] = at(std::string("/data"));
  config.storage.shared["autoCreate"] = at(false);
  const PluginOptions options(config, note());
  CHECK(lookUp(options, "size").integer == 9);
  CHECK(lookUp(options, "seeds").integer == 2);
  CHECK(textOf(lookUp(options, "seeds.1")) == "b");
  CHECK(textOf(lookUp(options, "path")) == "/data");
  CHECK(options.unused() == std::vector<std::string>{"storage.autoCreate"});
}

TEST_CASE("options: a text that looks like a number arrives as it was written") {
  OptionValue token = at(std::int64_t{42});
  token.text = "0042";
  const PluginOptions options(configWith({{"token", token}}), note());
  CHECK(textOf(lookUp(options, "token")) == "0042");
}

TEST_CASE("options: what is wrong is said with place, finding and expectation") {
  struct Row {
    OptionMap section;
    ErrorCode code;
    const char* says;
  };
  const Row rows[] = {
      {{{"sise", at(std::int64_t{1})}}, ErrorCode::ConfigUnknownKey, "tally.yaml:7:5: storage.fixture.sise"},
      {{{"sise", at(std::int64_t{1})}},
       ErrorCode::ConfigUnknownKey,
       "did you mean 'size'? 'tally plugins inspect fixture'"},
      {{{"zzzqqq", at(std::int64_t{1})}},
       ErrorCode::ConfigUnknownKey,
       "no such option; known here: path, token, size, ratio, fast, mode, seeds. 'tally plugins inspect fixture'"},
      {{{"size", at(std::int64_t{10})}}, ErrorCode::InvalidConfig, "is 10; expected a whole number from 1 to 9"},
      {{{"size", at(std::string("redis://u:pw@h"))}}, ErrorCode::InvalidConfig, "is (hidden); expected a whole number"},
      {{{"size", at(std::string("many"))}}, ErrorCode::InvalidConfig, "is 'many'; expected a whole number"},
      {{{"fast", at(std::string("yes"))}}, ErrorCode::InvalidConfig, "expected true or false"},
      {{{"mode", at(std::string("slow"))}}, ErrorCode::InvalidConfig, "expected one of full, process"},
      {{{"seeds", at(std::string("one"))}}, ErrorCode::InvalidConfig, "expected a list of texts"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.says);
    const auto check = [&] { PluginOptions(configWith(row.section), note()); };
    CHECK(codeOf(check) == row.code);
    CHECK_MESSAGE(messageOf(check).find(row.says) != std::string::npos, messageOf(check));
  }
}

TEST_CASE("options: what an author declares arrives, whatever the kind of its default") {
  static constexpr Option kOptions[] = {
      Option::flag("fast", "").byDefault(true),      Option::integer("size", "").byDefault(3),
      Option::number("whole", "").byDefault(2),      Option::number("ratio", "").byDefault("0.5"),
      Option::text("mode", "a\r\nb").byDefault("x"), Option::list("seeds", "").byDefault("s")};
  constexpr auto kInfo = sdk::PluginInfo{"fixture", "1.0", "\x01"}.with(kOptions);
  constexpr auto kNote = sdk::detail::makeNote<sdk::detail::writeNote(nullptr, kInfo)>(kInfo);
  const PluginOptions options(configWith({}, false), plugins::parseNote({kNote.text, kNote.text_size}));
  CHECK(lookUp(options, "fast").integer == 1);
  CHECK(lookUp(options, "size").integer == 3);
  CHECK(lookUp(options, "whole").number == 2);
  CHECK(lookUp(options, "ratio").number == 0.5);
  CHECK(textOf(lookUp(options, "mode")) == "x");
  CHECK(textOf(lookUp(options, "seeds.0")) == "s");
}

TEST_CASE("options: a note whose members have another type is refused, whatever it says else") {
  struct Row {
    const char* members;
    const char* says;
  };
  constexpr Row kRows[] = {
      {R"("options":{})", "has a member 'options' that is not a list"},
      {R"("options":null)", "has a member 'options' that is not a list"},
      {R"("extensions":"tally.follow/1")", "has a member 'extensions' that is not a list"},
      {R"("extensions":[1])", "has something else than texts in 'extensions'"},
      {R"("minHost":"0")", "has a member 'minHost' that is not a number"},
      {R"("options":[{"name":"a","type":"text","secret":"true"}])", "has a member 'secret' that is not true or false"},
      {R"("options":[{"name":"a","type":"text","secret":1}])", "has a member 'secret' that is not true or false"},
      {R"("options":[{"name":"a","type":"text","required":"yes"}])",
       "has a member 'required' that is not true or false"},
      {R"("options":[{"name":"a","type":"text","choices":"b"}])", "has a member 'choices' that is not a list"},
      {R"("options":[{"name":"a","type":"text","choices":["b",2]}])", "has something else than texts in 'choices'"},
      {R"("options":[{"name":"a","type":"integer","minimum":"1"}])", "has a member 'minimum' that is not a number"},
      {R"("options":[{"name":"a","type":"list","default":["b"]}])",
       "has a member 'default' that is not a single value"},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.members);
    const std::string text = std::string(R"({"abi":"1.0","name":"fixture",)") + row.members + "}";
    CHECK(codeOf([&] { plugins::parseNote(text); }) == ErrorCode::PluginNoNote);
    CHECK_MESSAGE(messageOf([&] { plugins::parseNote(text); }).find(row.says) != std::string::npos, row.says);
  }
  CHECK(plugins::parseNote(R"({"abi":"1.0","name":"fixture","later":[1],"options":[]})").options.empty());
}

TEST_CASE("options: a default that its option would refuse is the plugin's fault, and never half read") {
  constexpr const char* kBad[] = {
      R"("type":"integer","default":"3 MB")", R"("type":"integer","default":"abc")",
      R"("type":"integer","default":2.5)",    R"("type":"integer","default":1e300)",
      R"("type":"integer","default":"")",     R"("type":"flag","default":1)",
      R"("type":"flag","default":"yes")",     R"("type":"number","default":"0,5")",
      R"("type":"number","default":"1 s")",   R"("type":"integer","maximum":9,"default":10)"};
  for (const char* members : kBad) {
    CAPTURE(members);
    const std::string text =
        std::string(R"({"abi":"1.0","name":"fixture","options":[{"name":"size",)") + members + "}]}";
    const auto check = [&] { PluginOptions(configWith({}, false), plugins::parseNote(text)); };
    CHECK(codeOf(check) == ErrorCode::PluginNoNote);
    CHECK(messageOf(check).find("the default of 'size' is not valid") != std::string::npos);
  }
}

TEST_CASE("options: numbers of any size are passed on and shown as they are") {
  const PluginNote wide = plugins::parseNote(R"({"abi":"1.0","name":"fixture","options":[
    {"name":"large","type":"number","default":1e300},{"name":"least","type":"number","default":-1e300},
    {"name":"ratio","type":"number","minimum":1e-7,"maximum":1e300},{"name":"size","type":"integer","maximum":1000000}]})");
  const PluginOptions options(configWith({}, false), wide);
  CHECK(lookUp(options, "large").number == 1e300);
  CHECK(lookUp(options, "large").integer == std::numeric_limits<std::int64_t>::max());
  CHECK(lookUp(options, "least").integer == std::numeric_limits<std::int64_t>::min());
  const auto refusal = [&](const char* name, double value) {
    return messageOf([&] { PluginOptions(configWith({{name, at(value)}}, false), wide); });
  };
  CHECK(refusal("ratio", 1e-9).find("is 1e-09; expected a number from 1e-07 to 1e+300") != std::string::npos);
  CHECK(refusal("size", 2.5).find("is 2.5; expected a whole number to 1000000") != std::string::npos);
}

TEST_CASE("options: a default of another kind than the option does not compile") {
  static_assert(Constant<[] { return Option::text("a", "").byDefault("x"); }>);
  static_assert(!Constant<[] { return Option::text("a", "").byDefault(1); }>);
  static_assert(!Constant<[] { return Option::integer("a", "").byDefault("1"); }>);
  static_assert(!Constant<[] { return Option::integer("a", "").byDefault(true); }>);
  static_assert(!Constant<[] { return Option::flag("a", "").byDefault(1); }>);
  static_assert(!Constant<[] { return Option::number("a", "").byDefault(false); }>);
}

TEST_CASE("options: a required option that is missing is named with its meaning") {
  Config config = configWith({});
  config.storage.sections["fixture"].erase("token");
  const auto check = [&] { PluginOptions(config, note()); };
  CHECK(codeOf(check) == ErrorCode::ConfigMissingValue);
  CHECK(messageOf(check).find("needs 'token': set storage.fixture.token") != std::string::npos);
}

TEST_CASE("options: the value of a secret is never in a message") {
  const auto check = [&] {
    Config config = configWith({});
    config.storage.sections["fixture"]["token"].value = OptionValue::List{"hunter2"};
    PluginOptions(config, note());
  };
  CHECK(codeOf(check) == ErrorCode::InvalidConfig);
  CHECK(messageOf(check).find("hunter2") == std::string::npos);
}

TEST_CASE("options: nothing is written behind the struct of the caller") {
  const PluginOptions options(configWith({}), note());
  const std::string_view name = "path";
  const tally_str key{name.data(), name.size()};
  for (std::uint32_t room = 0; room <= sizeof(tally_value) + 8; ++room) {
    CAPTURE(room);
    unsigned char bytes[2 * sizeof(tally_value)];
    std::memset(bytes, 0xAA, sizeof bytes);
    std::memcpy(bytes, &room, sizeof room);
    alignas(tally_value) unsigned char place[sizeof bytes];
    std::memcpy(place, bytes, sizeof bytes);
    CHECK(options.view()->get(options.view()->self, &key, reinterpret_cast<tally_value*>(place)) == TALLY_OK);
    CHECK(std::memcmp(place, &room, sizeof room) == 0);
    const std::size_t end = std::max<std::size_t>(room, sizeof room);
    CHECK(std::memcmp(place + end, bytes + end, sizeof bytes - end) == 0);
  }
}
