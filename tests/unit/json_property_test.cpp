// Random documents: whatever they hold, reading and editing them changes nothing but what was asked for.
#include <rapidcheck.h>
#include <functional>
#include <nlohmann/json.hpp>
#include <vector>

#include <string>

#include "support/doctest.hpp"
#include "support/documents.hpp"
#include "tally/documents.hpp"

using tally::Conversation;
using tally::Json;
using tally::JsonText;
using tally::Step;

namespace {

rc::Gen<std::string> genText() { return rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127)); }

rc::Gen<Json> genValue(int levels) {
  const auto scalar =
      rc::gen::oneOf(rc::gen::map(rc::gen::arbitrary<std::int64_t>(), [](auto v) { return Json(v); }),
                     rc::gen::map(rc::gen::arbitrary<bool>(), [](auto v) { return Json(v); }),
                     rc::gen::map(rc::gen::inRange(-1000, 1000), [](auto v) { return Json(v / 8.0); }),
                     rc::gen::map(genText(), [](auto v) { return Json(v); }), rc::gen::just(Json(nullptr)));
  if (levels == 0) return scalar;
  const auto list = rc::gen::map(rc::gen::container<std::vector<Json>>(genValue(levels - 1)),
                                 [](const auto& values) { return Json(values); });
  const auto object = rc::gen::map(
      rc::gen::container<std::vector<std::pair<std::string, Json>>>(rc::gen::pair(genText(), genValue(levels - 1))),
      [](const auto& members) {
        Json value = Json::object();
        for (const auto& [name, member] : members) value[name] = member;
        return value;
      });
  return rc::gen::resize(6, rc::gen::oneOf(scalar, list, object));
}

rc::Gen<Json> genObject() {
  return rc::gen::suchThat(genValue(3), [](const Json& value) { return value.is_object(); });
}

void check(const char* what, const std::function<void()>& property) { CHECK_MESSAGE(rc::check(what, property), what); }

}  // namespace

TEST_CASE("json: setMember puts the value there and leaves all else, for any object") {
  check("setMember", [] {
    const Json object = *genObject();
    const std::string name = *genText(), indented = object.dump(*rc::gen::inRange(-1, 3));
    const Json value = *genValue(2);
    auto text = JsonText::parse(indented);
    text.setMember(name, value.dump());
    Json expected = object;
    expected[name] = value;
    RC_ASSERT(text.json() == expected);
    if (!object.contains(name)) {
      text.setMember(name, std::nullopt);
      RC_ASSERT(text.text() == (object.empty() ? "{}" : indented));
    }
  });
}

TEST_CASE("documents: a step with any members is stored and read back as it was") {
  check("step", [] {
    Json value = *genObject();
    for (const auto& known : {"id", "timestamp", "metadata", "conversationId", "conversationMetadata"})
      value.erase(known);
    value["stepIndex"] = *rc::gen::inRange(0, 100000);
    value["input"] = Json{{"role", "user"}, {"content", *genText()}};
    value["output"] = Json::array({*genObject()});
    const Step step = Step::parse(value.dump(*rc::gen::inRange(-1, 3)));
    Conversation conversation("c");
    conversation.add(step);
    const auto again = Conversation::parse("c", conversation.serialize());
    RC_ASSERT(again.steps().size() == 1U);
    value["conversationId"] = "c";
    RC_ASSERT(again.steps()[0].json() == value);
    RC_ASSERT(again.steps()[0] == conversation.steps()[0]);
    RC_ASSERT(again.serialize() == conversation.serialize());
  });
}

TEST_CASE("documents: any bytes come back as they were") {
  check("bytes", [] {
    const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
        "\n", "\r\n", "\r", "{", "}", "\xEF\xBB\xBF", "null", "1e400", "\xFF", "\"", "\\", " ", std::string(1, '\0'),
        tally::test::line("c", 0), tally::test::line("d", 1), tally::test::stepText(2), R"({"conversationId":"c"})"));
    std::string bytes;
    for (const auto& piece : pieces) bytes += piece;
    RC_ASSERT(Conversation::parse("c", bytes).serialize() == bytes);
  });
}
