// Group P, the C interface: what a later host, a short sink or an odd id must not upset.
#include <cstring>
#include <exception>
#include <vector>

#include "raw_plugin.hpp"
#include "tally/conformance/expect.hpp"

namespace tally::conformance {
namespace {

constexpr std::uint32_t kUnknownFlag = 1U << 30;

void entryIsPure(Context& context) {
  const tally_plugin* const first = context.harness().plugin();
  expect(first != nullptr, "the plugin's entry answered null");
  expect(context.harness().plugin() == first, "the plugin's entry answered another descriptor the second time");
  expectEqual("major version of the descriptor", static_cast<unsigned>(first->abi_major), unsigned{TALLY_ABI_MAJOR});
  expect(first->struct_size >= TALLY_END_OF(tally_plugin, factory), "the descriptor ends before `factory`");
  expect(first->name.size != 0 && first->version.size != 0 && first->note.size != 0,
         "the descriptor lacks its name, version or note");
  expect(first->factory != nullptr, "the descriptor has no factory");
}

void factoryIds(Context& context) {
  const tally_plugin& plugin = initialised(context);
  const auto* const known = &factoryOf(plugin);
  expect(&factoryOf(plugin) == known, "the factory changes from call to call");
  for (const auto& odd : oddIds(TALLY_STORAGE_FACTORY)) {
    const tally_str id = strOf(odd);
    expect(plugin.factory(&id) == nullptr, "factory of the unknown id " + quote(odd) + ": found one, expected null");
  }
}

/// The options of each call with an unknown flag.
void unknownFlags(Context& context) {
  const RawStorage raw(context);
  const auto& ops = raw.ops();
  raw.write("x", "old");
  const tally_str key = strOf("x");
  const tally_bytes part{"new", 3};
  const tally_call call = freshCall();
  tally_stat stat = freshStat();
  tally_error error = freshError();
  std::uint64_t size = 0;
  std::uint32_t answer = 0;
  const tally_sink sink{TALLY_END_OF(tally_sink, commit),
                        0,
                        nullptr,
                        [](void*, const void*, std::uint64_t) -> std::int32_t { return TALLY_OK; },
                        [](void*, std::uint64_t, std::uint64_t*) -> void* { return nullptr; },
                        [](void*, std::uint64_t) -> std::int32_t { return TALLY_OK; }};
  const tally_entry_sink entries{TALLY_END_OF(tally_entry_sink, put), 0, nullptr,
                                 [](void*, const tally_entry*) -> std::int32_t { return TALLY_OK; }};
  const tally_read_options read{TALLY_END_OF(tally_read_options, length), kUnknownFlag, 0, UINT64_MAX};
  const tally_write_options write{TALLY_END_OF(tally_write_options, time_to_live_ns), kUnknownFlag, {nullptr, 0}, 0};
  const tally_append_options append{TALLY_END_OF(tally_append_options, token), kUnknownFlag, 0, {nullptr, 0}};
  const tally_list_options list{TALLY_END_OF(tally_list_options, limit), kUnknownFlag, {nullptr, 0}, 0};
  const tally_remove_options remove{TALLY_END_OF(tally_remove_options, flags), kUnknownFlag};
  const auto refused = [](const char* what, std::int32_t code) {
    expectCode(std::string(what) + " with an unknown flag", code, TALLY_E_UNSUPPORTED);
  };
  refused("read", ops.read(raw.self(), &call, &key, &read, &sink, &stat, &error));
  refused("write", ops.write(raw.self(), &call, &key, &part, 1, &write, &stat, &error));
  refused("append", ops.append(raw.self(), &call, &key, &part, 1, &append, &size, &error));
  const tally_str root = strOf("");
  refused("list", ops.list(raw.self(), &call, &root, &list, &entries, &answer, &error));
  refused("remove", ops.remove(raw.self(), &call, &key, &remove, &answer, &error));
  expectBytes("content of 'x' after calls with unknown flags", raw.read("x"), "old");
}

/// A struct of a later version: longer, and what it has more of is not zero.
template <typename Struct>
struct Later {
  explicit Later(Struct now) : known(now) {
    known.struct_size = sizeof(Later);
    std::memset(more, 0x5A, sizeof more);
  }
  void expectUntouched(const char* what) const {
    for (const char byte : more) expect(byte == 0x5A, std::string(what) + ": the plugin wrote behind what it knows");
  }
  Struct known;
  char more[48];
};

void laterHost(Context& context) {
  const RawStorage raw(context);
  const tally_str key = strOf("d/x"), missing = strOf("d/missing");
  const tally_bytes part{"value", 5};
  const Later call(freshCall());
  const Later write(tally_write_options{0, 0, {nullptr, 0}, 0});
  Later stat(freshStat());
  Later error(freshError());
  expectCode("write with the structs of a later host",
             raw.ops().write(raw.self(), &call.known, &key, &part, 1, &write.known, &stat.known, &error.known),
             TALLY_OK);
  expectCode("stat with the structs of a later host",
             raw.ops().stat(raw.self(), &call.known, &key, &stat.known, &error.known), TALLY_OK);
  expectEqual("size of 'd/x' in stat", stat.known.size, std::uint64_t{5});
  expectCode("stat of a missing key with the structs of a later host",
             raw.ops().stat(raw.self(), &call.known, &missing, &stat.known, &error.known), TALLY_E_NOT_FOUND);
  stat.expectUntouched("tally_stat");
  error.expectUntouched("tally_error");
  expectBytes("content of 'd/x'", raw.read("d/x"), "value");
}

void noByteBehind(Context& context) {
  const RawStorage raw(context);
  Walled call(sizeof(tally_call)), options(sizeof(tally_write_options)), out(sizeof(tally_stat));
  Walled problem(sizeof(tally_error)), reading(sizeof(tally_read_options)), sinks(sizeof(tally_sink));
  const tally_call* const calling = call.hold(freshCall());
  tally_stat* const stat = out.hold(freshStat());
  tally_error* const error = problem.hold(freshError());
  const tally_str key = strOf("x"), missing = strOf("nobody/there");
  const tally_bytes part{"value", 5};
  const auto* const write =
      options.hold(tally_write_options{TALLY_END_OF(tally_write_options, time_to_live_ns), 0, {nullptr, 0}, 0});
  expectCode("write", raw.ops().write(raw.self(), calling, &key, &part, 1, write, stat, error), TALLY_OK);
  expectCode("stat", raw.ops().stat(raw.self(), calling, &key, stat, error), TALLY_OK);
  const auto* const read = reading.hold(tally_read_options{TALLY_END_OF(tally_read_options, length), 0, 0, UINT64_MAX});
  const auto* const sink =
      sinks.hold(tally_sink{TALLY_END_OF(tally_sink, commit), 0, nullptr, nullptr, nullptr, nullptr});
  expectCode("read of a missing key", raw.ops().read(raw.self(), calling, &missing, read, sink, stat, error),
             TALLY_E_NOT_FOUND);
}

void emptyParts(Context& context) {
  const RawStorage raw(context);
  const tally_str key = strOf("x"), empty = strOf("empty");
  const tally_call call = freshCall();
  tally_stat stat = freshStat();
  tally_error error = freshError();
  std::uint64_t size = 0;
  const tally_bytes parts[] = {{"one ", 4}, {nullptr, 0}, {"two", 3}, {"", 0}};
  const tally_write_options write{TALLY_END_OF(tally_write_options, time_to_live_ns), 0, {nullptr, 0}, 0};
  const tally_append_options append{TALLY_END_OF(tally_append_options, token), 0, 0, {nullptr, 0}};
  expectCode("write of four parts", raw.ops().write(raw.self(), &call, &key, parts, 4, &write, &stat, &error),
             TALLY_OK);
  expectBytes("content of 'x', written in four parts", raw.read("x"), "one two");
  expectCode("append of four parts", raw.ops().append(raw.self(), &call, &key, parts, 4, &append, &size, &error),
             TALLY_OK);
  expectBytes("content of 'x', appended to in four parts", raw.read("x"), "one twoone two");
  if (size != TALLY_UNKNOWN_SIZE) expectEqual("size after the append", size, std::uint64_t{14});
  expectCode("write of no parts", raw.ops().write(raw.self(), &call, &empty, nullptr, 0, &write, &stat, &error),
             TALLY_OK);
  expectBytes("content of 'empty', written in no parts", raw.read("empty"), "");
}

void sinksThatRefuse(Context& context) {
  const RawStorage raw(context);
  for (const auto* key : {"d/a", "d/b", "d/c"}) raw.write(key, std::string(100'000, 'x'));
  const tally_call call = freshCall();
  tally_stat stat = freshStat();
  tally_error error = freshError();
  const tally_str key = strOf("d/a"), directory = strOf("d");
  const tally_read_options read{TALLY_END_OF(tally_read_options, length), 0, 0, UINT64_MAX};
  const tally_list_options list{TALLY_END_OF(tally_list_options, limit), 0, {nullptr, 0}, 0};
  int taken = 0;
  const auto put = [](void*, const void*, std::uint64_t) -> std::int32_t { return TALLY_E_CANCELLED; };
  const auto no_room = [](void*, std::uint64_t, std::uint64_t*) -> void* { return nullptr; };
  const auto commit = [](void*, std::uint64_t) -> std::int32_t { return TALLY_E_CANCELLED; };
  const tally_sink sink{TALLY_END_OF(tally_sink, commit), 0, nullptr, put, no_room, commit};
  const auto code = raw.ops().read(raw.self(), &call, &key, &read, &sink, &stat, &error);
  if (code != TALLY_E_EXHAUSTED) expectCode("read into a sink that refuses", code, TALLY_E_CANCELLED);
  const tally_entry_sink entries{TALLY_END_OF(tally_entry_sink, put), 0, &taken,
                                 [](void* self, const tally_entry*) -> std::int32_t {
                                   ++*static_cast<int*>(self);
                                   return TALLY_E_CANCELLED;
                                 }};
  std::uint32_t more = 0;
  expectCode("list into a sink that refuses",
             raw.ops().list(raw.self(), &call, &directory, &list, &entries, &more, &error), TALLY_E_CANCELLED);
  expectEqual("entries handed to a sink that refused the first", taken, 1);
  expectEqual<std::size_t>("size of 'd/a', read afterwards", raw.read("d/a").size(), 100'000);
}

/// Run a call that will fail. What it throws has crossed a line that no exception may cross.
template <typename Call>
void expectContained(const std::string& what, Call&& call) {
  try {
    expect(call() != TALLY_OK, what + ": succeeded");
  } catch (const Failure&) {
    throw;
  } catch (const std::exception& error) {
    fail(what + ": an exception left the plugin: " + error.what());
  } catch (...) {
    fail(what + ": an exception left the plugin");
  }
}

void noExceptions(Context& context) {
  const RawStorage raw(context);
  raw.write("d/x", "1");
  const tally_str missing = strOf("missing"), directory = strOf("d"), below = strOf("d/x/y");
  const tally_call call = freshCall();
  tally_stat stat = freshStat();
  tally_error error = freshError();
  std::uint64_t size = 0;
  std::uint32_t existed = 0;
  const tally_bytes part{"2", 1};
  const tally_sink sink{TALLY_END_OF(tally_sink, commit), 0, nullptr, nullptr, nullptr, nullptr};
  const tally_read_options read{TALLY_END_OF(tally_read_options, length), 0, 0, UINT64_MAX};
  const tally_write_options write{TALLY_END_OF(tally_write_options, time_to_live_ns), 0, {nullptr, 0}, 0};
  const tally_append_options append{TALLY_END_OF(tally_append_options, token), 0, 0, {nullptr, 0}};
  const tally_remove_options remove{TALLY_END_OF(tally_remove_options, flags), 0};
  const auto& ops = raw.ops();
  expectContained("read of a missing key",
                  [&] { return ops.read(raw.self(), &call, &missing, &read, &sink, &stat, &error); });
  expectContained("stat of a missing key", [&] { return ops.stat(raw.self(), &call, &missing, &stat, &error); });
  expectContained("write to a directory",
                  [&] { return ops.write(raw.self(), &call, &directory, &part, 1, &write, &stat, &error); });
  expectContained("append below a file",
                  [&] { return ops.append(raw.self(), &call, &below, &part, 1, &append, &size, &error); });
  expectContained("remove of a directory",
                  [&] { return ops.remove(raw.self(), &call, &directory, &remove, &existed, &error); });
}

}  // namespace

std::vector<Case> pluginTableCases() {
  constexpr auto kPlugin = Facility::Plugin;
  return {
      {"P18", "entry: the same descriptor each time, with all that it must have", entryIsPure, kPlugin},
      {"P19", "factory: an unknown id, or one with bytes behind it, is null", factoryIds, kPlugin},
      {"P21", "options: an unknown flag is Unsupported, and nothing is done", unknownFlags, kPlugin},
      {"P22", "structs: longer ones of a later host are fine, their ends untouched", laterHost, kPlugin},
      {"P23", "structs: nothing behind their size is read or written", noByteBehind, kPlugin},
      {"P24", "write, append: parts are one value, empty ones add nothing", emptyParts, kPlugin},
      {"P25", "read, list: a sink that refuses ends the call with its code", sinksThatRefuse, kPlugin},
      {"P35", "all: what fails is a code, and no exception leaves the plugin", noExceptions, kPlugin},
  };
}

}  // namespace tally::conformance
