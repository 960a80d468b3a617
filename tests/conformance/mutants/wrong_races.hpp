#pragma once
// Mutants that do in two steps what is one. Each shows only the methods that it spoils.

#include <algorithm>
#include <string>

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
    if (seen) letOthersLook();
    if (seen && !good().stat(directory, call)) throw Error(ErrorCode::NotFound, "the directory is gone");
    return good().write(key, content, options, call);
  }
};

}  // namespace tally::test
