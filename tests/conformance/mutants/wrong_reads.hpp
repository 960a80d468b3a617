#pragma once
// Mutants that get read, stat or remove wrong. Each shows only the method that it spoils.

#include <functional>
#include <map>
#include <string>

#include "forwarding_storage.hpp"
#include "names_sink.hpp"

namespace tally::test {

class ErrorsAreEmpty final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    try {
      return good().read(key, range, out, call);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::NotFound) throw;
      return {};
    }
  }
};

class MissingIsEmpty final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    if (!good().stat(key, call)) return {};
    return good().read(key, range, out, call);
  }
};

class RangeOffByOne final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    ByteRange less = range;
    if (range.offset != 0 && range.length != ByteRange::kToEnd && range.length != 0) --less.length;
    return good().read(key, less, out, call);
  }
};

class RemoveDoesNothing final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool remove(std::string_view key, const RemoveOptions& options, const Call& call) override {
    static_cast<void>(options);
    return good().stat(key, call).has_value();
  }
};

class SiblingIsDirectory final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<StorageStat> stat(std::string_view key, const Call& call) override {
    const auto found = good().stat(key, call);
    if (found) return found;
    Names siblings;
    good().list(path::parent(key), {}, siblings, call);
    const std::string name(path::basename(key));
    for (const auto& [sibling, is_directory] : siblings.entries) {
      if (!is_directory || sibling.rfind(name, 0) != 0) continue;
      StorageStat directory;
      directory.is_directory = true;
      return directory;
    }
    return std::nullopt;
  }
};

class RemoveBleeds final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool remove(std::string_view key, const RemoveOptions& options, const Call& call) override {
    const bool existed = good().remove(key, options, call);
    if (!options.recursive || key.empty()) return existed;
    const auto above = path::parent(key);
    Names siblings;
    good().list(above, {}, siblings, call);
    for (const auto& [name, is_directory] : siblings.entries) {
      const std::string sibling = above.empty() ? name : path::join({above, name});
      if (sibling.rfind(key, 0) == 0) good().remove(sibling, options, call);
    }
    return existed;
  }
};

class FirstThousandRemoved final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool remove(std::string_view key, const RemoveOptions& options, const Call& call) override {
    Names page;
    if (options.recursive) good().list(key, {"", 1000}, page, call);
    if (page.entries.empty()) return good().remove(key, options, call);
    for (const auto& [name, is_directory] : page.entries) {
      good().remove(key.empty() ? name : path::join({key, name}), options, call);
    }
    return true;
  }
};

class DeadlineIgnored final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    Call patient;
    patient.cancel = call.cancel;
    return good().read(key, range, out, patient);
  }
};

class EmptyRootIsNothing final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<StorageStat> stat(std::string_view key, const Call& call) override {
    Names names;
    if (key.empty()) good().list("", {"", 1}, names, call);
    return key.empty() && names.entries.empty() ? std::nullopt : good().stat(key, call);
  }
};

class NothingRemovedIsAnError final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool remove(std::string_view key, const RemoveOptions& options, const Call& call) override {
    if (good().remove(key, options, call)) return true;
    throw Error(ErrorCode::NotFound, "no such object");
  }
};

/// Of what this handle has read, and others may have changed.
class KeepsACopy final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    const auto kept = copies_.find(key);
    if (kept == copies_.end()) {
      const auto stat = good().read(key, range, out, call);
      copies_.emplace(key, good().IStorage::read(key));
      return stat;
    }
    out.put(kept->second);
    return {};
  }
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    forget(key);
    return good().write(key, content, options, call);
  }
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    forget(key);
    return good().append(key, content, options, call);
  }
  bool remove(std::string_view key, const RemoveOptions& options, const Call& call) override {
    forget(key);
    return good().remove(key, options, call);
  }

 private:
  void forget(std::string_view key) {
    if (const auto kept = copies_.find(key); kept != copies_.end()) copies_.erase(kept);
  }
  std::map<std::string, std::string, std::less<>> copies_;
};

}  // namespace tally::test
