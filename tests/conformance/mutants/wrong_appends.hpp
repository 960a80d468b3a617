#pragma once
// Mutants that get append wrong. Each shows only the methods that it spoils.

#include <functional>
#include <map>
#include <set>
#include <string>

#include "forwarding_storage.hpp"

namespace tally::test {

/// `kChange` makes what is appended instead.
template <std::string (*kChange)(std::string content)>
class ChangesAppended final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    return good().append(key, kChange(std::string(content)), options, call);
  }
};

inline std::string wholeLine(std::string content) {
  if (!content.empty() && content.back() != '\n') content += '\n';
  return content;
}

inline std::string untilNul(std::string content) { return content.substr(0, content.find('\0')); }

class NothingIsNotAppended final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    if (content.empty()) return std::nullopt;
    return good().append(key, content, options, call);
  }
};

/// A value and a log are two things, and the younger one is seen.
class TwoKindsOfObjects final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    values_.emplace(key);
    return good().write(key, content, options, call);
  }
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    const auto value = values_.find(key);
    if (value == values_.end()) return good().append(key, content, options, call);
    values_.erase(value);
    good().write(key, content, {}, call);
    return content.size();
  }

 private:
  std::set<std::string, std::less<>> values_;
};

/// What was appended is kept, and read behind the value.
class LogsOutliveWrites final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    return good().write(key, std::string(content) + logs_[std::string(key)], options, call);
  }
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    logs_[std::string(key)] += content;
    return good().append(key, content, options, call);
  }

 private:
  std::map<std::string, std::string> logs_;
};

/// A removed log goes on.
class LogsOutliveRemoves final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    auto& log = logs_[std::string(key)];
    const std::string whole = log + std::string(content);
    const bool is_there = good().stat(key, call).has_value();
    log = whole;
    return good().append(key, is_there ? content : std::string_view(whole), options, call);
  }

 private:
  std::map<std::string, std::string> logs_;
};

/// Reads all and writes all.
class Rewrites final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions&,
                                      const Call& call) override {
    std::string whole = good().stat(key, call) ? good().IStorage::read(key) : std::string();
    for (int look = 0; look < 4 && whole.size() < 10'000; ++look) letOthersLook();
    whole += content;
    good().write(key, whole, {}, call);
    return whole.size();
  }
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    letOthersLook();  // and not be always the first
    return good().write(key, content, options, call);
  }
  bool remove(std::string_view key, const RemoveOptions& options, const Call& call) override {
    letOthersLook();
    return good().remove(key, options, call);
  }
};

class CostsMoreEachTime final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    for (int look = 0; look < 4 && good().stat(key, call); ++look) good().IStorage::read(key);
    return good().append(key, content, options, call);
  }
};

class SaysWhatWasAppended final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    good().append(key, content, options, call);
    return content.size();
  }
};

class SizesInBlocks final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<StorageStat> stat(std::string_view key, const Call& call) override {
    auto found = good().stat(key, call);
    if (found && found->size) found->size = (*found->size + 511) / 512 * 512;
    return found;
  }
};

}  // namespace tally::test
