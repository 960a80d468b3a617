#include "tally/conformance/expect.hpp"

#include <algorithm>
#include <cstdio>

namespace tally::conformance {
namespace {

constexpr std::size_t kShownBytes = 60;

std::string codes(std::initializer_list<ErrorCode> list) {
  std::string text;
  for (const auto code : list) text += (text.empty() ? "" : " or ") + std::string(nameOf(code));
  return text;
}

std::string describe(std::string_view bytes) {
  const std::string size = std::to_string(bytes.size()) + (bytes.size() == 1 ? " byte" : " bytes");
  return bytes.size() <= kShownBytes && !bytes.empty() ? size + " " + quote(bytes) : size;
}

}  // namespace

void fail(std::string sentence) { throw Failure(std::move(sentence)); }

std::string quote(std::string_view text) {
  std::string result = "'";
  for (const char c : text.substr(0, kShownBytes)) {
    char escaped[5];
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F) {
      result += c;
    } else {
      std::snprintf(escaped, sizeof escaped, "\\x%02x", byte);
      result += escaped;
    }
  }
  return result + (text.size() > kShownBytes ? "...'" : "'");
}

void expectBytes(const std::string& what, std::string_view found, std::string_view expected) {
  if (found == expected) return;
  const auto differ = std::mismatch(found.begin(), found.end(), expected.begin(), expected.end()).first;
  fail(what + ": found " + describe(found) + ", expected " + describe(expected) + "; they differ from byte " +
       std::to_string(differ - found.begin()) + " on");
}

void expectContent(IStorage& storage, std::string_view key, std::string_view expected) {
  std::string content;
  try {
    content = storage.read(key);
  } catch (const Error& error) {
    fail("read of " + quote(key) + ": found " + std::string(nameOf(error.code())) + " (" + error.message() +
         "), expected its " + describe(expected));
  }
  expectBytes("content of " + quote(key), content, expected);
  const auto stat = storage.stat(key);
  expect(stat.has_value(), "stat of " + quote(key) + ": found nothing, expected a file");
  expect(!stat->is_directory, "stat of " + quote(key) + ": found a directory, expected a file");
  if (stat->size) expectEqual<std::uint64_t>("size of " + quote(key) + " in stat", *stat->size, expected.size());
}

void expectAbsent(IStorage& storage, std::string_view key) {
  const auto stat = storage.stat(key);
  expect(!stat.has_value(), "stat of " + quote(key) + ": found " +
                                (stat && stat->is_directory ? "a directory" : "a file") + ", expected nothing");
  expectError(ErrorCode::NotFound, "read of " + quote(key), [&] { storage.read(key); });
  for (const auto& entry : storage.list(path::parent(key))) {
    expect(entry.path != key, "list of " + quote(path::parent(key)) + ": shows " + quote(key) + ", which is absent");
  }
}

void expectDirectory(IStorage& storage, std::string_view key) {
  const auto stat = storage.stat(key);
  expect(stat.has_value(), "stat of " + quote(key) + ": found nothing, expected a directory");
  expect(stat->is_directory, "stat of " + quote(key) + ": found a file, expected a directory");
}

std::vector<std::string> namesIn(IStorage& storage, std::string_view directory, const ListOptions& options) {
  std::vector<std::string> names;
  for (const auto& entry : storage.list(directory, options)) {
    names.push_back(entry.path.substr(directory.empty() ? 0 : directory.size() + 1) + (entry.is_directory ? "/" : ""));
  }
  return names;
}

std::vector<std::string> namesIn(IStorage& storage, std::string_view directory, const Call& call) {
  struct Names final : EntrySink {
    void take(std::string_view name, bool is_directory) override {
      all.push_back(std::string(name) + (is_directory ? "/" : ""));
    }
    std::vector<std::string> all;
  } names;
  storage.list(directory, {}, names, call);
  return std::move(names.all);
}

void expectNames(const std::string& what, const std::vector<std::string>& found,
                 const std::vector<std::string>& expected) {
  if (found == expected) return;
  const auto differ = std::mismatch(found.begin(), found.end(), expected.begin(), expected.end());
  const auto name = [](auto at, auto end) { return at == end ? std::string("nothing more") : quote(*at); };
  fail(what + ": found " + std::to_string(found.size()) + " entries, expected " + std::to_string(expected.size()) +
       "; at position " + std::to_string(differ.first - found.begin()) + " found " + name(differ.first, found.end()) +
       ", expected " + name(differ.second, expected.end()));
}

void expectListing(IStorage& storage, std::string_view directory, const std::vector<std::string>& expected) {
  expectNames("list of " + quote(directory), namesIn(storage, directory), expected);
}

Error expectErrorAmong(std::initializer_list<ErrorCode> expected, const std::string& what, const Error* found) {
  if (found == nullptr) fail(what + ": succeeded, expected " + codes(expected));
  if (std::find(expected.begin(), expected.end(), found->code()) == expected.end()) {
    fail(what + ": found " + std::string(nameOf(found->code())) + " (" + found->message() + "), expected " +
         codes(expected));
  }
  return *found;
}

}  // namespace tally::conformance
