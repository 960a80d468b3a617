#pragma once
// Mutants that get some values wrong. Each shows only the method that it spoils.

#include <algorithm>
#include <string>

#include "forwarding_storage.hpp"

namespace tally::test {

/// `kChange` makes the content that is written instead.
template <std::string (*kChange)(std::string content)>
class ChangesWritten final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    return good().write(key, kChange(std::string(content)), options, call);
  }
};

inline std::string textInstead(std::string content) { return path::detail::isUtf8(content) ? content : "?"; }

inline std::string wholePagesLoseAByte(std::string content) {
  if (!content.empty() && content.size() % 4096 == 0) content.pop_back();
  return content;
}

template <std::size_t kLimit>
std::string cutAt(std::string content) {
  return content.substr(0, kLimit);
}

inline std::string withoutMark(std::string content) {
  return content.rfind("\xef\xbb\xbf", 0) == 0 ? content.substr(3) : content;
}

inline std::string oneLineFeedAtTheEnd(std::string content) {
  while (content.size() > 1 && content.compare(content.size() - 2, 2, "\n\n") == 0) content.pop_back();
  return content;
}

/// Without cutting off what stood there.
class WritesOver final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    const auto found = good().stat(key, call);
    if (!found || found->is_directory || found->size.value_or(0) <= content.size()) {
      return good().write(key, content, options, call);
    }
    return good().write(key, std::string(content) + good().IStorage::read(key).substr(content.size()), options, call);
  }
};

/// So that it does not expire.
class RenewsWhatIsRead final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    const StorageStat stat = good().read(key, range, out, call);
    good().write(key, good().IStorage::read(key), {}, call);
    return stat;
  }
};

/// What a server says of a missing key, found in a value.
class NilIsNothing final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    if (good().IStorage::read(key) == "$-1\r\n") throw Error(ErrorCode::NotFound, "nil");
    return good().read(key, range, out, call);
  }
};

inline std::string emptyIfShort(std::string content) { return content.size() == 1 ? "" : content; }

}  // namespace tally::test
