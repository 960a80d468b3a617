// Group C: append is exact, whole, ordered and never interleaved.
#include <algorithm>
#include <chrono>
#include <sstream>

#include "call_cases.hpp"
#include "groups.hpp"
#include "option_cases.hpp"
#include "parallel.hpp"
#include "tally/conformance/expect.hpp"

namespace tally::conformance {
namespace {

constexpr std::size_t kMiB = std::size_t{1024} * 1024;

void creates(Context& context) {
  context.storage().append("a/log", "first");
  expectContent(context.storage(), "a/log", "first");
}

// (bugs 25 and 47) Appends were joined by a line feed.
void addsNothing(Context& context) {
  context.storage().append("log", "ab");
  context.storage().append("log", "cd");
  expectContent(context.storage(), "log", "abcd");
}

// (bug 25)
void halfLines(Context& context) {
  context.storage().append("log", "{\"a\":");
  context.storage().append("log", "1}\n");
  expectContent(context.storage(), "log", "{\"a\":1}\n");
}

void emptyAppend(Context& context) {
  auto& storage = context.storage();
  storage.append("missing", "");
  expectContent(storage, "missing", "");
  storage.append("log", "x");
  storage.append("log", "");
  expectContent(storage, "log", "x");
}

void afterWrite(Context& context) {
  context.storage().write("log", "written");
  context.storage().append("log", "+appended");
  expectContent(context.storage(), "log", "written+appended");
}

void beforeWrite(Context& context) {
  context.storage().append("log", "one");
  context.storage().append("log", "two");
  context.storage().write("log", "new");
  expectContent(context.storage(), "log", "new");
  context.storage().append("log", "+");
  expectContent(context.storage(), "log", "new+");
}

// (bug 22) The first lines were trimmed away without a word.
void manyAppends(Context& context) {
  std::string expected;
  for (int i = 1; i <= 1001; ++i) {
    const std::string line = "line " + std::to_string(i) + "\n";
    context.storage().append("log", line);
    expected += line;
  }
  expectContent(context.storage(), "log", expected);
}

void linearTime(Context& context) {
  using Clock = std::chrono::steady_clock;
  auto& storage = context.storage();
  const std::string line = std::string(1023, 'x') + "\n";
  std::vector<Clock::duration> times;
  for (int i = 0; i < 5000; ++i) {
    const auto begin = Clock::now();
    storage.append("log", line);
    times.push_back(Clock::now() - begin);
  }
  const auto median = [](auto first, auto last) {
    std::nth_element(first, first + (last - first) / 2, last);
    return std::chrono::duration<double, std::micro>(*(first + (last - first) / 2)).count();
  };
  const double early = median(times.begin(), times.begin() + 500);
  const double late = median(times.end() - 500, times.end());
  const double allowed = 3 * early + 20;
  expect(late <= allowed, "append of 1 KiB: the last 500 of 5000 took " + shown(late) + " us each, the first 500 " +
                              shown(early) + " us; an append must not cost more on a longer object");
}

void largeAppend(Context& context) {
  auto& storage = context.storage();
  const std::string large = context.bytes(kMiB + 1);
  storage.append("log", "before");
  try {
    storage.append("log", large);
  } catch (const Error& error) {
    expectErrorAmong({ErrorCode::TooLarge}, "append of 1 MiB + 1", &error);
    return expectContent(storage, "log", "before");
  }
  expectContent(storage, "log", "before" + large);
}

std::string lineOf(unsigned writer, unsigned number) {
  return std::to_string(writer) + ":" + std::to_string(number) + ":" +
         std::string(50 + (writer * 31 + number * 7) % 100, static_cast<char>('a' + writer)) + "\n";
}

void appendLines(IStorage& storage, unsigned writer, unsigned count) {
  for (unsigned i = 0; i < count; ++i) storage.append("log", lineOf(writer, i));
}

/// All lines of all writers, none torn, each writer's in its order.
void expectLines(IStorage& storage, unsigned writers, unsigned count) {
  const std::string content = storage.read("log");
  std::istringstream lines(content);
  std::vector<unsigned> next(writers, 0);
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    const auto owner = std::find_if(next.begin(), next.end(), [&](const unsigned& one) {
      const auto writer = static_cast<unsigned>(&one - next.data());
      return one < count && line + "\n" == lineOf(writer, one);
    });
    if (owner == next.end()) {
      fail("content of 'log': line " + std::to_string(number) + " is torn, doubled or out of order: " + quote(line));
    }
    ++*owner;
  }
  for (unsigned i = 0; i < writers; ++i) {
    expectEqual("lines of writer " + std::to_string(i) + " in 'log'", next[i], count);
  }
}

void threads(Context& context) {
  auto& storage = context.storage();
  inThreads(8, [&](unsigned i) { appendLines(storage, i, 250); });
  expectLines(storage, 8, 250);
}

void processes(Context& context) {
  inProcesses(4, [&](unsigned i) { appendLines(*context.open(), i, 500); });
  expectLines(context.storage(), 4, 500);
}

void anyBytes(Context& context) {
  const std::string parts[] = {std::string("a\0b", 3), "\r", std::string(1, '\0'), "\n\r\n", "\xff"};
  std::string expected;
  for (const auto& part : parts) {
    context.storage().append("log", part);
    expected += part;
  }
  expectContent(context.storage(), "log", expected);
}

void whileReading(Context& context) {
  auto& storage = context.storage();
  std::string final_value;
  for (unsigned i = 0; i < 400; ++i) final_value += lineOf(0, i);
  storage.append("log", "");
  std::atomic<bool> done{false};
  inThreads(3, [&](unsigned i) {
    if (i == 0) {
      const RaiseAtEnd raise(done);
      return appendLines(storage, 0, 400);
    }
    for (std::size_t last = 0; !done;) {
      const std::string seen = storage.read("log");
      expectBytes("a read during appends", seen, final_value.substr(0, seen.size()));
      expect(seen.empty() || seen.back() == '\n', "a read during appends: ends inside an append");
      expect(seen.size() >= last, "a read during appends: shorter than the read before it");
      last = seen.size();
    }
  });
  expectContent(storage, "log", final_value);
}

void sizesAddUp(Context& context) {
  auto& storage = context.storage();
  std::uint64_t sum = 0;
  for (const std::size_t size : {1U, 0U, 100U, 5000U, 70000U, 3U}) {
    storage.append("log", context.bytes(size));
    sum += size;
    const auto stat = storage.stat("log");
    expect(stat && !stat->is_directory, "stat of 'log': found no file after an append");
    if (stat->size) expectEqual("size of 'log' in stat after an append", *stat->size, sum);
  }
}

void afterRemove(Context& context) {
  context.storage().append("log", "old");
  context.storage().remove("log");
  context.storage().append("log", "new");
  expectContent(context.storage(), "log", "new");
}

void expectedSize(Context& context) {
  auto& storage = context.storage();
  const auto append = [&](std::string_view bytes, std::uint64_t size) {
    AppendOptions options;
    options.expected_size = size;
    return storage.append("log", bytes, options);
  };
  append("abc", 0);
  append("de", 3);
  for (const std::uint64_t wrong : {0U, 3U, 6U}) {
    expectError(ErrorCode::Conflict, "append with expected_size " + std::to_string(wrong) + " to 5 bytes",
                [&] { append("x", wrong); });
  }
  expectContent(storage, "log", "abcde");
}

void returnedSize(Context& context) {
  auto& storage = context.storage();
  std::uint64_t sum = 0;
  for (const std::size_t size : {10U, 0U, 1U, 4096U}) {
    sum += size;
    const auto returned = storage.append("log", context.bytes(size));
    if (returned) expectEqual("size that append returned", *returned, sum);
  }
  storage.write("log", "12345");
  const auto returned = storage.append("log", "6");
  if (returned) expectEqual<std::uint64_t>("size that append returned after a write", *returned, 6);
}

void tokens(Context& context) {
  auto& storage = context.storage();
  const auto append = [](IStorage& to, std::string_view bytes, std::string_view token) {
    AppendOptions options;
    options.token = token;
    return to.append("log", bytes, options);
  };
  const auto first = append(storage, "one\n", "token-1");
  append(storage, "two\n", "token-2");
  const auto again = append(storage, "one\n", "token-1");
  if (first && again) expectEqual("size returned by a repeated append", *again, *first);
  append(*context.open(), "two\n", "token-2");
  storage.append("log", "three\n");
  append(storage, "one\n", std::string(64, 't'));
  expectContent(storage, "log", "one\ntwo\nthree\none\n");
}

void undeclaredOptions(Context& context) {
  auto& storage = context.storage();
  const bool all = context.offers(Capability::AppendAt) && context.offers(Capability::AppendToken);
  if (all) Context::skip("every option of append is declared");
  storage.append("log", "x");
  AppendOptions sized, token;
  sized.expected_size = 1;
  token.token = "t";
  const auto refused = [&](const char* what, const AppendOptions& options) {
    expectError(ErrorCode::Unsupported, std::string("append with the undeclared option ") + what,
                [&] { storage.append("log", "y", options); });
  };
  if (!context.offers(Capability::AppendAt)) refused("expected_size", sized);
  if (!context.offers(Capability::AppendToken)) refused("token", token);
  expectContent(storage, "log", "x");
}

}  // namespace

Group appendCases() {
  Group group{
      'C',
      "append: exact, whole, ordered",
      {
          {"C01", "append: creates a missing object with its parents", creates},
          {"C02", "append: adds nothing between two appends", addsNothing},
          {"C03", "append: half a line, then the other half, is one line", halfLines},
          {"C04", "append: of nothing changes nothing, and creates an empty object", emptyAppend},
          {"C05", "append: goes behind what was written", afterWrite},
          {"C06", "append: a later write replaces all of it", beforeWrite},
          {"C07", "append: of 1001 lines the first is still there", manyAppends},
          {"C08", "append: costs no more on a long object", linearTime, {}, Pace::Slow, 120},
          {"C09", "append: of 1 MiB + 1 is whole, or TooLarge and nothing", largeAppend},
          {"C10", "append: 8 threads, no line torn or lost, each in order", threads},
          {"C11", "append: 4 processes, no line torn or lost, each in order", processes, Facility::Processes},
          {"C12", "append: NUL, CR and other bytes stay as they are", anyBytes},
          {"C13", "append: readers meanwhile see whole appends, never fewer than before", whileReading},
          {"C14", "append: the size in stat is the sum of the lengths", sizesAddUp},
          {"C15", "append: after a remove begins anew", afterRemove},
          {"C17", "append: with an expected size is refused when it differs", expectedSize, Capability::AppendAt},
          {"C18", "append: a returned size is the right one", returnedSize},
          {"C19", "append: repeated with its token lands once", tokens, Capability::AppendToken},
          {"C20", "append: an undeclared option is Unsupported and appends nothing", undeclaredOptions},
      }};
  for (auto& more : badLineAppendCases()) group.cases.push_back(more);
  for (auto& more : appendOptionCases()) group.cases.push_back(more);
  return group;
}

}  // namespace tally::conformance
