#pragma once
// The tables as objects: what the operations of the storage are made of. Everything here runs inside a transaction.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "database.hpp"
#include "tally/storage.hpp"

namespace tally::examples {

/// A row of `objects`.
struct Object {
  std::int64_t id = 0, size = 0, version = 0, modified = 0;
};

/// A key as it stands in the table: NUL, which no key holds, in place of '/'.
std::string tableKey(std::string_view key);
/// What the keys in a directory begin with; "" for the root.
std::string folderKey(std::string_view directory);

StorageStat describe(const Object& object);

std::optional<Object> find(Connection& db, std::string_view key, const Call& call);
bool hasChildren(Connection& db, std::string_view key, const Call& call);
/// Refuse a key that can't hold a file: it is a directory, or lies below a file.
void checkPlace(Connection& db, std::string_view key, const Call& call);

/// Put `content` behind what `found` has, or behind nothing if it is replaced or not there. Returns its new state.
Object store(Connection& db, std::string_view key, const std::optional<Object>& found, std::string_view content,
             bool replace, const Call& call);

/// Hand over bytes of an object, from `range`, which begins inside of it or at its end.
void deliver(Connection& db, const Object& object, const ByteRange& range, ByteSink& out, const Call& call);

}  // namespace tally::examples
