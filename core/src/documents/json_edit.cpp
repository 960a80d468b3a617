#include "documents/json_edit.hpp"

#include <simdjson.h>

#include <vector>

#include "documents/json_members.hpp"
#include "tally/error.hpp"

namespace tally::detail {
namespace {

struct Span {
  std::size_t begin = 0, end = 0;
};

Span spanIn(std::string_view text, std::string_view part) {
  const auto begin = static_cast<std::size_t>(part.data() - text.data());
  return {begin, begin + part.size()};
}

// What to take out so that the members of one name go, each with one comma; in the order of the text.
std::vector<Span> cutsOf(std::string_view object, std::string_view name) {
  std::vector<Span> cuts;
  std::size_t end = 0;  // of the member before
  bool stays = false;   // one before it stays
  forEachMember(object, [&](const JsonMember& member) {
    const Span own_name = spanIn(object, member.quoted_name), own_value = spanIn(object, member.value);
    if (!member.is(name)) {
      if (!stays && !cuts.empty()) cuts.back().end = own_name.begin;  // the first ones go with the comma behind
      stays = true;
    } else if (stays) {
      cuts.push_back({end, own_value.end});
    } else if (cuts.empty()) {
      cuts.push_back({own_name.begin, own_value.end});
    } else {
      cuts.back().end = own_value.end;
    }
    end = own_value.end;
  });
  return cuts;
}

// Put the member behind the last one, with the white space that the last one has before its name and its value.
void addMember(std::string& object, const std::optional<JsonMember>& last, std::string_view name,
               std::string_view value) {
  if (!last) {
    object.insert(object.find('{') + 1, quoted(name) + ":" + std::string(value));
    return;
  }
  const Span last_name = spanIn(object, last->quoted_name), last_value = spanIn(object, last->value);
  std::size_t lead = last_name.begin;
  while (isSpace(object[lead - 1])) --lead;
  const std::string before = object.substr(lead, last_name.begin - lead);
  const std::string between = object.substr(last_name.end, last_value.begin - last_name.end);
  object.insert(last_value.end, "," + before + quoted(name) + between + std::string(value));
}

}  // namespace

std::optional<std::string_view> findMember(std::string_view object, std::string_view name) {
  std::optional<std::string_view> found;
  forEachMember(object, [&](const JsonMember& member) {
    if (member.is(name)) found = member.value;
  });
  return found;
}

void putMember(std::string& object, std::string_view name, std::string_view value) {
  std::optional<JsonMember> found, last;
  forEachMember(object, [&](const JsonMember& member) {
    if (member.is(name)) found = member;
    last = member;
  });
  if (!found) return addMember(object, last, name, value);
  object.replace(spanIn(object, found->value).begin, found->value.size(), value);
}

void dropMember(std::string& object, std::string_view name) {
  const auto cuts = cutsOf(object, name);
  if (cuts.empty()) return;
  std::string rest;
  rest.reserve(object.size());
  std::size_t at = 0;
  for (const auto& cut : cuts) {
    rest.append(object, at, cut.begin - at);
    at = cut.end;
  }
  object = rest.append(object, at);
}

std::string compacted(std::string_view text) {
  std::string compact(text.size(), '\0');
  std::size_t size = 0;
  if (simdjson::minify(text.data(), text.size(), compact.data(), size) != simdjson::SUCCESS) {
    throw Error(ErrorCode::InvalidDocument, "not valid JSON: a string has no end");
  }
  compact.resize(size);
  return compact;
}

}  // namespace tally::detail
