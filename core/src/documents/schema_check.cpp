#include "documents/schema_check.hpp"

#include "documents/json_edit.hpp"
#include "documents/json_members.hpp"
#include "documents/json_number.hpp"
#include "documents/step_members.hpp"
#include "documents/timestamp_text.hpp"

namespace tally::detail::schema {
namespace {

// A check of one value by a predicate.
template <typename Predicate>
Check simple(std::string expected, Predicate accepts) {
  return [expected = std::move(expected), accepts](std::string_view value, Report& report) {
    if (!accepts(value)) report.fault(expected, value);
  };
}

bool isFlag(std::string_view value) { return value == "true" || value == "false"; }
bool isQuoted(std::string_view value) { return kindOf(value) == '"'; }

std::string listed(const std::vector<std::string>& texts) {
  std::string list = texts.size() == 1 ? "" : "one of ";
  for (const auto& text : texts) list += (&text == &texts.front() ? "" : ", ") + detail::quoted(text);
  return list;
}

}  // namespace

void Report::fault(std::string_view expected, std::string_view found) {
  faults_.push_back((path_.empty() ? "the document" : path_) + ": expected " + std::string(expected) + ", found " +
                    describe(found));
}

Check anything() {
  return simple("a value", [](std::string_view value) { return !value.empty(); });
}
Check text() { return simple("text", isQuoted); }
Check flag() { return simple("true or false", isFlag); }
Check number() { return simple("a number", isNumber); }
Check literalTrue() {
  return simple("true", [](std::string_view value) { return value == "true"; });
}

Check fraction() {
  return simple("a number from 0 to 1", [](std::string_view value) {
    constexpr double kRounding = 1e-9;
    return isNumber(value) && numberOf(value) >= -kRounding && numberOf(value) <= 1 + kRounding;
  });
}

Check one() {
  return simple("1", [](std::string_view value) { return isNumber(value) && numberOf(value) == 1; });
}

Check timestamp() {
  return simple("a date and time like \"2026-01-31T12:00:00Z\"",
                [](std::string_view value) { return isQuoted(value) && isTimestampText(unquoted(value)); });
}

Check oneOf(std::vector<std::string> texts) {
  const std::string expected = listed(texts);
  return simple(expected, [texts = std::move(texts)](std::string_view value) {
    for (const auto& text : texts) {
      if (isText(value, text)) return true;
    }
    return false;
  });
}

Check scalarOrNull() {
  return simple("a number, true, false, text or null", [](std::string_view value) {
    return isNumber(value) || isQuoted(value) || isFlag(value) || value == "null";
  });
}

Check orNull(Check check) {
  return [check = std::move(check)](std::string_view value, Report& report) {
    if (value != "null") check(value, report);
  };
}

Check numberOrNumbers() {
  return [numbers = objectOf(number())](std::string_view value, Report& report) {
    if (kindOf(value) == '{') return numbers(value, report);
    if (!isNumber(value)) report.fault("a number or an object of numbers", value);
  };
}

Check object(std::vector<Field> fields) {
  return [fields = std::move(fields)](std::string_view value, Report& report) {
    if (kindOf(value) != '{') return report.fault("an object", value);
    std::vector<std::string_view> values(fields.size());
    forEachMember(value, [&](const JsonMember& member) {
      for (std::size_t i = 0; i < fields.size(); ++i) {
        if (member.is(fields[i].name)) values[i] = member.value;
      }
    });
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (values[i].empty() && !fields[i].is_required) continue;
      report.inMember(fields[i].name, [&] { fields[i].check(values[i], report); });
    }
  };
}

Check objectOf(Check check) {
  return [check = std::move(check)](std::string_view value, Report& report) {
    if (kindOf(value) != '{') return report.fault("an object", value);
    forEachMember(
        value, [&](const JsonMember& member) { report.inMember(member.name(), [&] { check(member.value, report); }); });
  };
}

Check arrayOf(Check check) {
  return [check = std::move(check)](std::string_view value, Report& report) {
    if (kindOf(value) != '[') return report.fault("an array", value);
    std::size_t index = 0;
    forEachElement(value,
                   [&](std::string_view element) { report.inElement(index++, [&] { check(element, report); }); });
  };
}

Check anyObject() { return object({}); }
Check texts() { return arrayOf(text()); }

Check pairOf(Check element) {
  return [elements = arrayOf(std::move(element))](std::string_view value, Report& report) {
    std::size_t count = 0;
    forEachElement(value, [&](std::string_view) { ++count; });
    if (kindOf(value) == '[' && count != 2) return report.fault("an array of two", value);
    elements(value, report);
  };
}

Check choice(std::string tag, std::vector<Choice> choices, Check otherwise) {
  std::vector<std::string> texts;
  texts.reserve(choices.size());
  for (const auto& choice : choices) texts.push_back(choice.text);
  return [tag = std::move(tag), choices = std::move(choices), otherwise = std::move(otherwise),
          expected = listed(texts)](std::string_view value, Report& report) {
    if (kindOf(value) != '{') return report.fault("an object", value);
    const auto found = findMember(value, tag).value_or(std::string_view());
    for (const auto& choice : choices) {
      if (isText(found, choice.text)) return choice.check(value, report);
    }
    if (otherwise && isQuoted(found)) return otherwise(value, report);
    report.inMember(tag, [&] { report.fault(otherwise ? "text" : expected, found); });
  };
}

}  // namespace tally::detail::schema
