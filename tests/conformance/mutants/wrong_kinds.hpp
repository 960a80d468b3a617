#pragma once
// Mutants that confuse files, directories and what is not there. Each shows only the methods that it spoils.

#include <functional>
#include <set>
#include <string>

#include "forwarding_storage.hpp"
#include "names_sink.hpp"

namespace tally::test {

class MakesNoParents final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    check(key, call);
    return good().write(key, content, options, call);
  }
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    check(key, call);
    return good().append(key, content, options, call);
  }

 private:
  void check(std::string_view key, const Call& call) {
    if (!good().stat(path::parent(key), call)) throw Error(ErrorCode::NotFound, "no such directory");
  }
};

class NoParentIsNoDirectory final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    if (!good().stat(path::parent(key), call)) throw Error(ErrorCode::NotADirectory, "no such directory");
    return good().read(key, range, out, call);
  }
};

class BelowAFileIsAnError final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<StorageStat> stat(std::string_view key, const Call& call) override {
    const auto above = good().stat(path::parent(key), call);
    if (above && !above->is_directory) throw Error(ErrorCode::NotADirectory, "it lies below a file");
    return good().stat(key, call);
  }
};

class ReplacesDirectories final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    const auto found = good().stat(key, call);
    if (found && found->is_directory) good().remove(key, {true}, call);
    return good().write(key, content, options, call);
  }
};

class OnlyFilesExist final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<StorageStat> stat(std::string_view key, const Call& call) override {
    auto found = good().stat(key, call);
    if (found && found->is_directory && !key.empty()) found.reset();
    return found;
  }
};

/// Directories that nobody made are kept by those that nobody removed.
class RemembersDirectories final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    for (auto above = path::parent(key); !above.empty(); above = path::parent(above)) known_.emplace(above);
    return good().write(key, content, options, call);
  }
  std::optional<StorageStat> stat(std::string_view key, const Call& call) override {
    auto found = good().stat(key, call);
    if (found || known_.count(key) == 0) return found;
    StorageStat directory;
    directory.is_directory = true;
    return directory;
  }
  bool remove(std::string_view key, const RemoveOptions& options, const Call& call) override {
    const bool existed = good().remove(key, options, call);
    const auto known = known_.find(key);
    if (!options.recursive || known == known_.end()) return existed;
    known_.erase(known);
    return true;
  }

 private:
  std::set<std::string, std::less<>> known_;
};

/// Whatever was there.
class AlwaysRemoved final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool remove(std::string_view key, const RemoveOptions& options, const Call& call) override {
    good().remove(key, options, call);
    return true;
  }
};

/// The root is a directory like others, or all are removed with what they hold.
template <bool kRoot>
class RemovesDirectories final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool remove(std::string_view key, const RemoveOptions& options, const Call& call) override {
    RemoveOptions all = options;
    all.recursive = all.recursive || key.empty() == kRoot;
    return good().remove(key, all, call);
  }
};

class EmptiesThenRemoves final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool remove(std::string_view key, const RemoveOptions& options, const Call& call) override {
    if (const auto found = good().stat(key, call); found && !found->is_directory) {
      good().write(key, "", {}, call);
      letOthersLook();
    }
    return good().remove(key, options, call);
  }
};

class NothingFoundIsAnError final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<StorageStat> stat(std::string_view key, const Call& call) override {
    auto found = good().stat(key, call);
    if (!found) throw Error(ErrorCode::NotFound, "no such object");
    return found;
  }
};

}  // namespace tally::test
