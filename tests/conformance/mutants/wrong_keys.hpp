#pragma once
// Mutants that change or hide keys, the same way each time, so that one key alone finds itself again.

#include <algorithm>
#include <string>

#include "forwarding_storage.hpp"
#include "names_sink.hpp"

namespace tally::test {

/// `kChange` makes the key that is used instead.
template <std::string (*kChange)(std::string_view key)>
class ChangesKeys final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    return good().read(kChange(key), range, out, call);
  }
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    return good().write(kChange(key), content, options, call);
  }
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    return good().append(kChange(key), content, options, call);
  }
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    return good().list(kChange(directory), options, out, call);
  }
  std::optional<StorageStat> stat(std::string_view key, const Call& call) override {
    return good().stat(kChange(key), call);
  }
  bool remove(std::string_view key, const RemoveOptions& options, const Call& call) override {
    return good().remove(kChange(key), options, call);
  }
};

/// Each segment to what a file name may hold.
inline std::string cutSegments(std::string_view key) {
  std::string cut;
  std::size_t in_segment = 0;
  for (const char c : key) {
    in_segment = c == '/' ? 0 : in_segment + 1;
    if (in_segment <= 255) cut += c;
  }
  return cut;
}

/// Only so many levels.
inline std::string cutDepth(std::string_view key) {
  constexpr int kLevels = 64;
  int level = 1;
  const auto end = std::find_if(key.begin(), key.end(), [&](char c) { return c == '/' && ++level > kLevels; });
  return std::string(key.begin(), end);
}

template <char kFrom, char kTo>
std::string exchanged(std::string_view key) {
  std::string changed(key);
  std::replace(changed.begin(), changed.end(), kFrom, kTo);
  return changed;
}

inline std::string withoutControls(std::string_view key) {
  std::string rest(key);
  rest.erase(std::remove_if(rest.begin(), rest.end(), [](char c) { return c > 0 && c < 0x20; }), rest.end());
  return rest;
}

inline std::string decoded(std::string_view key) {
  std::string text(key);
  const auto at = text.find("%46");
  return at == text.npos ? text : text.replace(at, 3, "F");
}

inline std::string composed(std::string_view key) {
  std::string text(key);
  for (auto at = text.find("e\xcc\x81"); at != text.npos; at = text.find("e\xcc\x81")) {
    text.replace(at, 3, "\xc3\xa9");
  }
  return text;
}

inline std::string firstThreeHundred(std::string_view key) { return std::string(key.substr(0, 300)); }

class HidesTemporaryNames final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    Names names;
    const bool more = good().list(directory, options, names, call);
    for (const auto& [name, is_directory] : names.entries) {
      const bool hidden = name.size() > 4 && name.compare(name.size() - 4, 4, ".tmp") == 0;
      if (!hidden) out.take(name, is_directory);
    }
    return more;
  }
};

/// A part of a storage, all keys of which are below one folder.
class BelowFolder final : public ForwardingStorage {
 public:
  BelowFolder(std::shared_ptr<IStorage> good, std::string folder)
      : ForwardingStorage(std::move(good)), folder_(std::move(folder)) {}
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    return good().read(below(key), range, out, call);
  }
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    return good().write(below(key), content, options, call);
  }
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    return good().list(below(directory), options, out, call);
  }
  std::optional<StorageStat> stat(std::string_view key, const Call& call) override {
    return good().stat(below(key), call);
  }
  bool remove(std::string_view key, const RemoveOptions& options, const Call& call) override {
    return good().remove(below(key), options, call);
  }

 private:
  std::string below(std::string_view key) const { return key.empty() ? folder_ : path::join({folder_, key}); }
  const std::string folder_;
};

}  // namespace tally::test
