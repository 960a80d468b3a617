#pragma once
// Mutants that do in two steps what is one. Each shows only the methods that it spoils.

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>

#include "forwarding_storage.hpp"
#include "names_sink.hpp"

namespace tally::test {

class StatAfterwards final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    const StorageStat stat = good().read(key, range, out, call);
    letOthersLook();
    return good().stat(key, call).value_or(stat);
  }
};

/// A page each time, whatever the object is by then.
class RangeInPieces final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    constexpr std::uint64_t kPiece = 256U << 10;
    if (range.length == ByteRange::kToEnd) return good().read(key, range, out, call);
    StorageStat stat;
    for (std::uint64_t done = 0; done < range.length || done == 0; done += kPiece) {
      stat = good().read(key, {range.offset + done, std::min(kPiece, range.length - done)}, out, call);
      letOthersLook();
      if (range.length == 0) break;
    }
    return stat;
  }
};

/// All keys in one folder: whether a key may hold a file is looked up before it is written.
class LooksForItsPlace final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    return good().read(flat(key), range, out, call);
  }
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    check(key, call);
    return good().write(flat(key), content, options, call);
  }
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    check(key, call);
    return good().append(flat(key), content, options, call);
  }
  std::optional<StorageStat> stat(std::string_view key, const Call& call) override {
    return good().stat(flat(key), call);
  }

 private:
  static std::string flat(std::string_view key) {
    std::string name(key);
    std::replace(name.begin(), name.end(), '/', '\x02');
    return name;
  }
  void check(std::string_view key, const Call& call) {
    Names behind;
    const std::string folder = flat(key) + '\x02';
    good().list("", {folder, 1}, behind, call);
    if (!behind.entries.empty() && behind.entries[0].first.rfind(folder, 0) == 0) {
      throw Error(ErrorCode::IsADirectory, "it is a directory");
    }
    for (auto above = path::parent(key); !above.empty(); above = path::parent(above)) {
      if (good().stat(flat(above), call)) throw Error(ErrorCode::NotADirectory, "it lies below a file");
    }
    letOthersLook();
  }
};

/// Makes no directory where it has seen one.
class LooksForTheDirectory final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    const auto directory = path::parent(key);
    const bool seen = good().stat(directory, call).has_value();
    for (int look = 0; look < 4 && seen; ++look) letOthersLook();
    if (seen && !good().stat(directory, call)) throw Error(ErrorCode::NotFound, "the directory is gone");
    return good().write(key, content, options, call);
  }
  bool remove(std::string_view key, const RemoveOptions& options, const Call& call) override {
    letOthersLook();  // and not be always the first
    return good().remove(key, options, call);
  }
};

/// Takes the old value away and then puts the new one.
class RemovesFirst final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    const auto found = good().stat(key, call);
    if (found && !found->is_directory) good().remove(key, {}, call);
    letOthersLook();
    return good().write(key, content, options, call);
  }
};

/// A log that is trimmed before the new value is put into it.
class TrimsThenAppends final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    if (options.if_absent || options.if_version) return good().write(key, content, options, call);
    const auto found = good().stat(key, call);
    if (found && !found->is_directory) good().remove(key, {}, call);
    letOthersLook();
    good().append(key, content, {}, call);
    const auto now = good().stat(key, call);
    return now ? now->version : Version();
  }
};

/// All threads put what they write in one place.
class OneBuffer final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    put(std::string(content));
    letOthersLook();
    return good().write(key, take(), options, call);
  }

 private:
  void put(std::string content) {
    const std::lock_guard<std::mutex> lock(mutex_);
    buffer_ = std::move(content);
  }
  std::string take() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return buffer_;
  }
  std::mutex mutex_;
  std::string buffer_;
};

/// And has not expected that somebody else does so.
class MakesTheDirectory final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    const auto directory = path::parent(key);
    const bool is_new = !good().stat(directory, call);
    if (is_new) letOthersLook();
    if (is_new && good().stat(directory, call)) throw Error(ErrorCode::AlreadyExists, "the directory is there");
    return good().write(key, content, options, call);
  }
};

}  // namespace tally::test
