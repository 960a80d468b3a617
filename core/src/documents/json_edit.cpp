#include "documents/json_edit.hpp"

#include <simdjson.h>

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

// Where the members of one name and their neighbours are.
struct Place {
  std::optional<JsonMember> found;     // the last of that name
  std::optional<JsonMember> previous;  // the member before it
  std::optional<JsonMember> next;      // the member behind it
  std::optional<JsonMember> last;
};

Place locate(std::string_view object, std::string_view name) {
  Place place;
  forEachMember(object, [&](const JsonMember& member) {
    if (member.is(name)) {
      place.previous = place.last;
      place.found = member;
      place.next.reset();
    } else if (place.found && !place.next) {
      place.next = member;
    }
    place.last = member;
  });
  return place;
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
  const Place place = locate(object, name);
  if (!place.found) return addMember(object, place.last, name, value);
  object.replace(spanIn(object, place.found->value).begin, place.found->value.size(), value);
}

void dropMember(std::string& object, std::string_view name) {
  for (Place place = locate(object, name); place.found; place = locate(object, name)) {
    Span cut{spanIn(object, place.found->quoted_name).begin, spanIn(object, place.found->value).end};
    if (place.previous) {
      cut.begin = spanIn(object, place.previous->value).end;
    } else if (place.next) {
      cut.end = spanIn(object, place.next->quoted_name).begin;
    }
    object.erase(cut.begin, cut.end - cut.begin);
  }
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
