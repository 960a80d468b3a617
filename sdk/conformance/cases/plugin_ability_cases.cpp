// Group P, the tables of the optional abilities.
#include <algorithm>
#include <cstring>

#include "note_reader.hpp"
#include "raw_plugin.hpp"
#include "tally/conformance/expect.hpp"
#include "tally/extensions/append_stream.h"
#include "tally/extensions/batch.h"
#include "tally/extensions/consumer_group.h"
#include "tally/extensions/follow.h"
#include "tally/extensions/health.h"
#include "tally/extensions/lease.h"
#include "tally/extensions/reindex.h"

namespace tally::conformance {
namespace {

/// An ability, and how long its table was from the first version on: two words, and functions.
struct Known {
  const char* id;
  std::size_t size;
};

constexpr Known kKnown[] = {
    {TALLY_BATCH, sizeof(tally_batch_ops)},     {TALLY_APPEND_STREAM, sizeof(tally_append_streams_ops)},
    {TALLY_FOLLOW, sizeof(tally_follow_ops)},   {TALLY_CONSUMER_GROUP, sizeof(tally_consumer_group_ops)},
    {TALLY_LEASE, sizeof(tally_leases_ops)},    {TALLY_HEALTH, sizeof(tally_health_ops)},
    {TALLY_REINDEX, sizeof(tally_reindex_ops)},
};

const void* tableOf(const RawStorage& storage, std::string_view id) {
  const auto& ops = storage.ops();
  if (!TALLY_HAS(&ops, tally_storage_ops, extension) || ops.extension == nullptr) return nullptr;
  const tally_str text = strOf(id);
  return ops.extension(storage.self(), &text);
}

template <typename Table>
const Table& tableOf(const RawStorage& storage, const char* id) {
  const auto* const table = static_cast<const Table*>(tableOf(storage, std::string_view(id)));
  if (table == nullptr) Context::skip(std::string("the optional ability ") + id + " is not offered");
  return *table;
}

void expectAllSlots(const void* table, std::size_t size, const std::string& what) {
  std::uint32_t said = 0;
  std::memcpy(&said, table, sizeof said);
  expect(said >= size, "the table of " + what + " ends after " + std::to_string(said) + " bytes, which is before " +
                           std::to_string(size));
  constexpr std::size_t kHead = 2 * sizeof(std::uint32_t);
  for (std::size_t at = kHead; at < size; at += sizeof(void*)) {
    void* slot = nullptr;
    std::memcpy(&slot, static_cast<const char*>(table) + at, sizeof slot);
    expect(slot != nullptr, "slot " + std::to_string((at - kHead) / sizeof slot) + " in the table of " + what +
                                " is null; all of them belong to the ability");
  }
}

void declaredOnes(Context& context) {
  const RawStorage storage(context);
  const auto declared = abilitiesOf(*context.harness().plugin());
  for (const auto& known : kKnown) {
    const bool is_declared = std::find(declared.begin(), declared.end(), known.id) != declared.end();
    const void* const table = tableOf(storage, std::string_view(known.id));
    if (is_declared) expect(table != nullptr, std::string(known.id) + " stands in the note, but is not answered");
    if (!is_declared) expect(table == nullptr, std::string(known.id) + " is answered, but does not stand in the note");
    expect(tableOf(storage, std::string_view(known.id)) == table, std::string(known.id) + " changes from call to call");
  }
}

void allSlots(Context& context) {
  const RawStorage storage(context);
  for (const auto& known : kKnown) {
    const void* const table = tableOf(storage, std::string_view(known.id));
    if (table != nullptr) expectAllSlots(table, known.size, known.id);
  }
}

void unknownIds(Context& context) {
  const RawStorage storage(context);
  for (const auto& known : kKnown) {
    for (const auto& odd : oddIds(known.id)) {
      expect(tableOf(storage, std::string_view(odd)) == nullptr,
             "extension of the unknown id " + quote(odd) + ": found one, expected null");
    }
  }
}

/// What an ability opened: its table must be whole, and it is closed.
template <typename Opened>
void checkOpened(std::int32_t code, const Opened& opened, const char* what) {
  expectCode(std::string("opening a ") + what, code, TALLY_OK);
  expect(opened.ops != nullptr, std::string("a ") + what + " was opened without a table");
  expectAllSlots(opened.ops, sizeof *opened.ops, std::string("a ") + what);
  opened.ops->close(opened.self);
}

template <typename Opened>
Opened fresh() {
  Opened opened{};
  opened.struct_size = sizeof(Opened);  // `ops` ends it, without padding
  return opened;
}

void followerTable(Context& context) {
  const RawStorage storage(context);
  const auto& table = tableOf<tally_follow_ops>(storage, TALLY_FOLLOW);
  const tally_call call = freshCall();
  const tally_str key = strOf("x");
  tally_error error = freshError();
  const tally_follow_options options{TALLY_END_OF(tally_follow_options, cursor), 0, {nullptr, 0}};
  auto follower = fresh<tally_follower>();
  checkOpened(table.open(storage.self(), &call, &key, &options, &follower, &error), follower, "follower");
  const tally_follow_options odd{TALLY_END_OF(tally_follow_options, cursor), 1U << 30, {nullptr, 0}};
  expectCode("follower with an unknown flag", table.open(storage.self(), &call, &key, &odd, &follower, &error),
             TALLY_E_UNSUPPORTED);
}

void streamTable(Context& context) {
  const RawStorage storage(context);
  const auto& table = tableOf<tally_append_streams_ops>(storage, TALLY_APPEND_STREAM);
  const tally_call call = freshCall();
  const tally_str key = strOf("x");
  tally_error error = freshError();
  const tally_append_stream_options options{TALLY_END_OF(tally_append_stream_options, window_count), 0, 0, 0};
  auto stream = fresh<tally_append_stream>();
  checkOpened(table.open(storage.self(), &call, &key, &options, &stream, &error), stream, "append stream");
  const tally_append_stream_options odd{TALLY_END_OF(tally_append_stream_options, window_count), 1U << 30, 0, 0};
  expectCode("append stream with an unknown flag", table.open(storage.self(), &call, &key, &odd, &stream, &error),
             TALLY_E_UNSUPPORTED);
}

void consumerTable(Context& context) {
  const RawStorage storage(context);
  const auto& table = tableOf<tally_consumer_group_ops>(storage, TALLY_CONSUMER_GROUP);
  storage.write("x", "1");
  const tally_call call = freshCall();
  const tally_str key = strOf("x"), group = strOf("g"), name = strOf("w");
  tally_error error = freshError();
  const tally_group_options odd{TALLY_END_OF(tally_group_options, flags), 1U << 30};
  expectCode("group with an unknown flag", table.create(storage.self(), &call, &key, &group, &odd, &error),
             TALLY_E_UNSUPPORTED);
  const tally_group_options options{TALLY_END_OF(tally_group_options, flags), 0};
  expectCode("create of a group", table.create(storage.self(), &call, &key, &group, &options, &error), TALLY_OK);
  const tally_group_join_options join{TALLY_END_OF(tally_group_join_options, take_over_after_ns), 0, 0};
  auto consumer = fresh<tally_group_consumer>();
  checkOpened(table.join(storage.self(), &call, &key, &group, &name, &join, &consumer, &error), consumer, "consumer");
}

void leaseTable(Context& context) {
  const RawStorage storage(context);
  const auto& table = tableOf<tally_leases_ops>(storage, TALLY_LEASE);
  const tally_call call = freshCall();
  const tally_str key = strOf("x"), owner = strOf("me");
  tally_error error = freshError();
  auto lease = fresh<tally_lease>();
  const tally_lease_options odd{TALLY_END_OF(tally_lease_options, flags), 1U << 30};
  expectCode("lease with an unknown flag", table.acquire(storage.self(), &call, &key, &owner, &odd, &lease, &error),
             TALLY_E_UNSUPPORTED);
  const tally_lease_options options{TALLY_END_OF(tally_lease_options, flags), 0};
  checkOpened(table.acquire(storage.self(), &call, &key, &owner, &options, &lease, &error), lease, "lease");
}

}  // namespace

std::vector<Case> pluginAbilityCases() {
  constexpr auto kPlugin = Facility::Plugin;
  return {
      {"P20", "extension: an unknown id, or one with bytes behind it, is null", unknownIds, kPlugin},
      {"P28", "abilities: those of the note are answered, and no others", declaredOnes, kPlugin},
      {"P29", "abilities: a table has all its slots", allSlots, kPlugin},
      {"P30", "follow: what is opened has all its slots; an unknown flag is Unsupported", followerTable, kPlugin},
      {"P31", "append stream: likewise", streamTable, kPlugin},
      {"P32", "consumer group: likewise", consumerTable, kPlugin},
      {"P33", "lease: likewise", leaseTable, kPlugin},
  };
}

}  // namespace tally::conformance
