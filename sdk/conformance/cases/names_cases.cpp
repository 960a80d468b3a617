// Group F: every legal key is itself, and nothing else; illegal ones are refused before anything happens.
#include <map>
#include <set>

#include "groups.hpp"
#include "name_limit_cases.hpp"
#include "planted_files.hpp"
#include "tally/conformance/expect.hpp"

namespace tally::conformance {
namespace {

/// Write each name as a file, as a directory and inside one; then all must be there, alone and in order.
void roundTripNames(Context& context, const std::vector<std::string>& names) {
  auto& storage = context.storage();
  std::set<std::string> files(names.begin(), names.end());
  std::vector<std::string> directories;
  for (const auto& name : files) {
    storage.write(path::join({"files", name}), "file " + name);
    storage.write(path::join({"directories", name, "x"}), "below " + name);
    directories.push_back(name + "/");
  }
  for (const auto& name : files) {
    expectContent(storage, path::join({"files", name}), "file " + name);
    expectContent(storage, path::join({"directories", name, "x"}), "below " + name);
    expectListing(storage, path::join({"directories", name}), {"x"});
  }
  expectListing(storage, "files", {files.begin(), files.end()});
  expectListing(storage, "directories", directories);
  for (const auto& name : files) {
    storage.remove(path::join({"files", name}));
    expectAbsent(storage, path::join({"files", name}));
  }
}

// (bugs 15 and 16) ':' stood for '/', so two keys were one, and listed ids were none.
void colons(Context& context) {
  auto& storage = context.storage();
  for (const auto* key : {"a:b", "a/b", "x/a:b", "x/a/b", "x:a/b", "x:a:b", "c:", ":c", ":"}) storage.write(key, key);
  for (const auto* key : {"a:b", "a/b", "x/a:b", "x/a/b", "x:a/b", "x:a:b", "c:", ":c", ":"}) {
    expectContent(storage, key, key);
  }
  expectListing(storage, "", {":", ":c", "a/", "a:b", "c:", "x/", "x:a/", "x:a:b"});
  expectListing(storage, "x", {"a/", "a:b"});
}

void punctuation(Context& context) {
  std::vector<std::string> names;
  for (char c = 0x20; c < 0x7F; ++c) {
    if (c != '/' && c != '.') names.emplace_back(1, c);
  }
  roundTripNames(context, names);
}

void controlCharacters(Context& context) {
  std::vector<std::string> names;
  for (char c = 1; c < 0x20; ++c) names.push_back(std::string("a") + c + "b");
  for (const char c : {'\x01', '\t', '\n', '\r', '\x1f', '\x7f'}) names.emplace_back(1, c);
  names.push_back(
      "a\x7f"
      "b");
  roundTripNames(context, names);
}

void edges(Context& context) {
  roundTripNames(context, {" lead", "trail ",   " ",   "  ",    "\ttab", "tab\t", ".hidden",
                           "dot.",  "...",      "..a", "a..",   "~",     "~home", "cr\r",
                           "lf\n",  "crlf\r\n", "-",   "--all", "-rf",   "plain", "\xc2\xa0nbsp\xc2\xa0"});
}

void escapes(Context& context) {
  roundTripNames(context, {"%2f", "%2F", "%", "%%", "%00", "%25", "%3A", "test%46.txt", "testF.txt", "__0x2f__",
                           "\\x2f", "&#47;", "=2F", "+", "a+b", "a b", "a%20b", "\xe2\x88\x95", "%252f"});
}

void shellCharacters(Context& context) {
  roundTripNames(context, {"\\",  "\\\\", "a\\b", "..\\x", "\"",  "'",   "$(x)", "`x`", "$HOME", "a;b", "a|b",
                           "a&b", "#",    "!",    "<a>",   "(a)", "{a}", "a=b",  "a,b", "@",     "^"});
}

void unicode(Context& context) {
  roundTripNames(context, {"\xf0\x9f\x98\x80", "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", "e\xcc\x81", "\xc3\xa9",
                           "\xe6\x97\xa5\xe6\x9c\xac", "\xef\xac\x81", "fi", "\xe2\x84\xab", "\xc3\x85", "A\xcc\x8a",
                           "\xf4\x8f\xbf\xbf", "\xee\x80\x80", "\xef\xbb\xbf", std::string("\xe2\x80\xae") + "rtl"});
}

void letterCase(Context& context) {
  roundTripNames(context, {"A", "a", "Conv", "conv", "CONV", "\xc3\x84", "\xc3\xa4", "I", "i", "\xc4\xb1"});
}

std::string randomSegment(Context& context) {
  static const std::vector<std::string> kPieces = {"a",        "b", "A",    ":", "%",
                                                   "%3A",      ".", "-",    "_", " ",
                                                   "\xc3\xa9", "0", "\\",   "*", "\xf0\x9f\x98\x80",
                                                   "json",     "~", "\x01", "=", "conversation"};
  std::string segment;
  do {
    segment.clear();
    for (auto left = context.number(1, 5); left != 0; --left) segment += kPieces[context.number(0, kPieces.size() - 1)];
  } while (segment == "." || segment == "..");
  return segment;
}

/// A key that fits among `known`: neither below a file, nor the name of a directory.
std::string randomKey(Context& context, const std::map<std::string, std::string>& known) {
  for (;;) {
    std::string key = randomSegment(context);
    for (auto depth = context.number(0, 3); depth != 0; --depth) key = path::join({key, randomSegment(context)});
    const auto behind = known.lower_bound(key + "/");
    bool fits = behind == known.end() || behind->first.rfind(key + "/", 0) != 0;
    for (auto above = path::parent(key); !above.empty() && fits; above = path::parent(above)) {
      fits = known.count(std::string(above)) == 0;
    }
    if (fits) return key;
  }
}

void randomKeys(Context& context) {
  auto& storage = context.storage();
  std::map<std::string, std::string> known;
  for (unsigned i = 0; i < context.rounds(2000); ++i) {
    const std::string key = randomKey(context, known);
    known[key] = std::to_string(i);
    storage.write(key, known[key]);
  }
  for (const auto& [key, value] : known) expectBytes("content of " + quote(key), storage.read(key), value);
  std::vector<std::string> expected;
  expected.reserve(known.size());
  for (const auto& [key, value] : known) expected.push_back(key);
  expectNames("all keys of the tree", keysIn(storage), expected);
}

void joining(Context&) {
  const auto join = [](std::initializer_list<std::string_view> segments) { return IStorage::join(segments); };
  expectBytes("join of a and b", join({"a", "b"}), "a/b");
  expectBytes("join of a and b/c", join({"a", "b/c"}), join({join({"a", "b"}), "c"}));
  expectBytes("join of one", join({"a"}), "a");
  for (const std::string_view bad : {"", ".", "..", "/", "a/", "/a", "a//b", "x/../y"}) {
    expectError(ErrorCode::InvalidArgument, "join of 'a' and " + quote(bad), [&] { join({"a", bad}); });
    expectError(ErrorCode::InvalidArgument, "join of " + quote(bad) + " and 'b'", [&] { join({bad, "b"}); });
  }
}

void lateDifference(Context& context) {
  auto& storage = context.storage();
  const std::string stem = std::string(200, 's') + "/" + std::string(200, 't');
  for (const auto* end : {"a", "b", "aa", "-", "A"}) storage.write(stem + end, end);
  for (const auto* end : {"a", "b", "aa", "-", "A"}) expectContent(storage, stem + end, end);
  expectListing(storage, std::string(200, 's'), [&] {
    std::vector<std::string> names;
    for (const auto* end : {"-", "A", "a", "aa", "b"}) names.push_back(std::string(200, 't') + end);
    return names;
  }());
}

// (bug 26)
void secondPlace(Context& context) {
  auto& storage = context.storage();
  const auto second = context.harness().openSecond();
  if (!second) Context::skip("the harness offers no second root or prefix");
  storage.write("k", "first");
  expectAbsent(*second, "k");
  second->write("k", "second");
  expectContent(storage, "k", "first");
  second->remove("", RemoveOptions{true});
  expectContent(storage, "k", "first");
  second->write("k", "second");
  storage.remove("", RemoveOptions{true});  // its name is the begin of the second one's
  expectAbsent(storage, "k");
  expectContent(*second, "k", "second");
}

void walk(IStorage& storage, const std::string& directory, std::set<std::string>& found) {
  for (const auto& entry : storage.list(directory)) {
    if (entry.is_directory) {
      walk(storage, entry.path, found);
    } else {
      expect(found.insert(entry.path).second, "the tree shows " + quote(entry.path) + " twice");
    }
  }
}

}  // namespace

std::vector<std::string> keysIn(IStorage& storage) {
  std::set<std::string> found;
  walk(storage, "", found);
  return {found.begin(), found.end()};
}

Group namesCases() {
  Group group{
      'F',
      "keys: each is itself and no other",
      {
          {"F01", "keys: ':' and '/' are different", colons},
          {"F03", "keys: every printable character as a segment", punctuation},
          {"F04", "keys: control characters stay as they are", controlCharacters},
          {"F05", "keys: spaces, dots and line ends at the edges are not trimmed", edges},
          {"F06", "keys: what looks like an escape is not decoded", escapes},
          {"F07", "keys: backslashes, quotes and shell characters", shellCharacters},
          {"F08", "keys: composed and decomposed letters differ", unicode},
          {"F09", "keys: upper and lower case differ", letterCase},
          {"F13", "keys: none leaves the store's folder", keysStayInside, Facility::Folder},
          {"F17", "keys: 2000 random ones keep their values and list as themselves", randomKeys, {}, Pace::Slow, 120},
          {"F18", "join: is lexical and associative, and drops nothing", joining},
          {"F20", "keys: that differ only far behind are different", lateDifference},
          {"F22", "keys: another root or prefix shares none of them", secondPlace},
      }};
  const auto more = nameLimitCases();
  group.cases.insert(group.cases.end(), more.begin(), more.end());
  return group;
}

}  // namespace tally::conformance
