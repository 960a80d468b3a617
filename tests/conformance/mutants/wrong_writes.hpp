#pragma once
// Mutants that get write or append wrong. Each shows only the method that it spoils.

#include <algorithm>
#include <atomic>
#include <cctype>
#include <functional>
#include <map>
#include <string>
#include <thread>

#include "forwarding_storage.hpp"

namespace tally::test {

class LineFeedJoin final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    const auto there = good().stat(key, call);
    const bool more = there && there->size.value_or(0) != 0;
    return good().append(key, (more ? "\n" : "") + std::string(content), options, call);
  }
};

class WriteInPlace final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    const auto half = content.substr(0, content.size() / 2);
    if (!options.if_absent && !options.if_version) good().write(key, half, options, call);
    letOthersLook();
    return good().write(key, content, options, call);
  }
};

class EmptyIsNoWrite final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    const auto found = good().stat(key, call);
    return content.empty() && found ? found->version : good().write(key, content, options, call);
  }
};

class TrimmedKeys final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    while (key.size() > 1 && key.back() == ' ') key.remove_suffix(1);
    return good().write(key, content, options, call);
  }
};

class LengthLimit final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    auto size = good().append(key, content, options, call);
    const std::string bytes = good().IStorage::read(key);
    if (std::count(bytes.begin(), bytes.end(), '\n') <= 1000) return size;
    const std::string rest = bytes.substr(bytes.find('\n') + 1);
    good().write(key, rest, {}, call);
    return rest.size();
  }
};

class WriteAppends final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    if (options.if_absent || options.if_version || !good().stat(key, call))
      return good().write(key, content, options, call);
    good().append(key, content, {}, call);
    return good().stat(key, call)->version;
  }
};

class CheckThenCreate final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    if (!options.if_absent) return good().write(key, content, options, call);
    if (good().stat(key, call)) throw Error(ErrorCode::AlreadyExists, "it exists already");
    letOthersLook();
    WriteOptions unconditional = options;
    unconditional.if_absent = false;
    return good().write(key, content, unconditional, call);
  }
};

class VersionIgnored final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    WriteOptions unconditional = options;
    unconditional.if_version.reset();
    return good().write(key, content, unconditional, call);
  }
};

class LostAppend final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    if (++appends_ % 1000 == 0) return good().stat(key, call)->size;
    return good().append(key, content, options, call);
  }

 private:
  std::atomic<unsigned> appends_{0};
};

class CaseInsensitive final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    return good().read(lower(key), range, out, call);
  }
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    return good().write(lower(key), content, options, call);
  }

 private:
  static std::string lower(std::string_view key) {
    std::string result(key);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
  }
};

class ExpectedSizeIgnored final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    AppendOptions unconditional = options;
    unconditional.expected_size.reset();
    return good().append(key, content, unconditional, call);
  }
};

class TokenForgotten final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    AppendOptions anonymous = options;
    anonymous.token = {};
    return good().append(key, content, anonymous, call);
  }
};

class TornAppend final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    if (content.size() < 2) return good().append(key, content, options, call);
    good().append(key, content.substr(0, content.size() / 2), options, call);
    letOthersLook();
    return good().append(key, content.substr(content.size() / 2), {}, call);
  }
};

class TextOnly final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    std::string text(content);
    for (char& c : text) {
      if (static_cast<unsigned char>(c) >= 0x80) c = '?';
    }
    return good().write(key, text, options, call);
  }
};

class ShowsTemporaryNames final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    const std::string temporary = std::string(key) + ".tmp";
    if (temporary.size() <= path::kMaxKeyBytes) good().write(temporary, content, {}, call);
    letOthersLook();
    const Version version = good().write(key, content, options, call);
    if (temporary.size() <= path::kMaxKeyBytes) good().remove(temporary, {}, call);
    return version;
  }
};

class TimeIgnored final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    WriteOptions forever = options;
    forever.time_to_live.reset();
    return good().write(key, content, forever, call);
  }
};

class EmptyNewIsNothing final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    if (content.empty() && !good().stat(key, call)) return {};
    return good().write(key, content, options, call);
  }
};

/// Sends a page of a large value again when somebody asks for it, out of the caller's buffer.
class SendsLater final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    if (key == late_key_) good().write(key, late_, {}, call);
    return good().read(key, range, out, call);
  }
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    if (content.size() == 4096) {
      late_key_ = key;
      late_ = content;
    }
    return good().write(key, content, options, call);
  }

 private:
  std::string late_key_;
  std::string_view late_;
};

/// What is removed leaves its room, and a later write does not fill it.
class RoomIsUsedAgain final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    std::string bytes(content);
    const auto room = room_.find(key);
    if (room != room_.end() && room->second.size() > bytes.size()) bytes += room->second.substr(bytes.size());
    return good().write(key, bytes, options, call);
  }
  bool remove(std::string_view key, const RemoveOptions& options, const Call& call) override {
    const auto found = good().stat(key, call);
    if (found && !found->is_directory) room_[std::string(key)] = good().IStorage::read(key);
    return good().remove(key, options, call);
  }

 private:
  std::map<std::string, std::string, std::less<>> room_;
};

/// Makes room for a directory where a file stands in the way.
class RemovesWhatIsInTheWay final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    for (auto above = path::parent(key); !above.empty(); above = path::parent(above)) {
      const auto found = good().stat(above, call);
      if (found && !found->is_directory) good().remove(above, {}, call);
    }
    return good().write(key, content, options, call);
  }
};

/// An append with a token goes as one record, and a record has a limit.
class CutsWithToken final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    constexpr std::size_t kRecord = 1U << 20;
    return good().append(key, options.token.empty() ? content : content.substr(0, kRecord), options, call);
  }
};

}  // namespace tally::test
