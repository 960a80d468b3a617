#pragma once
// Reading: the bytes of a file up to where its last whole append ended, and what is known of it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "local/journal/journal.hpp"
#include "local/root/root.hpp"
#include "tally/storage.hpp"

namespace tally::local {

/// A file, and the key by which it is locked: its own, or that of the target of a link.
struct OpenedFile {
  UniqueFd fd;
  std::string key;
};

/// Open what a key names, over links that stay inside the store. The root must be there.
/// No descriptor: errno says why, ENOENT or ENOTDIR for what is absent. Errors: OutsideRoot, and others met on a link.
OpenedFile openToRead(const Root& root, std::string_view key, int flags);

/// Fill `room` from a file; returns how much, less than `length` only at the end of the file.
std::uint64_t readAt(int fd, char* room, const ByteRange& range, const Call& call);

/// Deliver a file as IStorage::read does. The root must be there.
/// Cost: 4 system calls.
StorageStat readFile(const Root& root, Journal& journal, std::string_view key, const ByteRange& range, ByteSink& out,
                     const Call& call);

/// Describe a file or folder as IStorage::stat does; nothing when it is absent. The root must be there.
/// Cost: 3 system calls.
std::optional<StorageStat> statFile(const Root& root, Journal& journal, std::string_view key, const Call& call);

}  // namespace tally::local
