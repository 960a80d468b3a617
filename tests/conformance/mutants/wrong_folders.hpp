#pragma once
// Mutants of a storage that keeps each key as a file: they get its folder wrong. Each shows only what it spoils.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "forwarding_storage.hpp"
#include "names_sink.hpp"

namespace tally::test {

template <ErrorCode kReason>
class UnreadableIsEmpty final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    try {
      return good().list(directory, options, out, call);
    } catch (const Error& error) {
      if (error.code() != kReason) throw;
      return false;
    }
  }
};

/// Which read and stat follow.
class HidesLinks final : public ForwardingStorage {
 public:
  HidesLinks(std::shared_ptr<IStorage> good, std::filesystem::path folder)
      : ForwardingStorage(std::move(good)), folder_(std::move(folder)) {}
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    Names names;
    const bool more = good().list(directory, options, names, call);
    for (const auto& [name, is_directory] : names.entries) {
      if (!std::filesystem::is_symlink(folder_ / directory / name)) out.take(name, is_directory);
    }
    return more;
  }

 private:
  const std::filesystem::path folder_;
};

/// Removes what it sees, through links as well.
class RemovesByWalk final : public ForwardingStorage {
 public:
  RemovesByWalk(std::shared_ptr<IStorage> good, std::filesystem::path folder)
      : ForwardingStorage(std::move(good)), folder_(std::move(folder)) {}
  bool remove(std::string_view key, const RemoveOptions& options, const Call& call) override {
    if (options.recursive && !key.empty()) empty(folder_ / key);
    return good().remove(key, options, call);
  }

 private:
  static void empty(const std::filesystem::path& directory) {
    if (!std::filesystem::is_directory(directory)) return;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
      if (entry.is_directory()) empty(entry);
      std::filesystem::remove(entry);
    }
  }
  const std::filesystem::path folder_;
};

/// A write that can't be done for this reason is done as far as it can be.
template <ErrorCode kReason>
class KeepsWhatFits final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    try {
      return good().write(key, content, options, call);
    } catch (const Error& error) {
      if (error.code() == kReason) good().write(key, content.substr(0, 500'000), options, call);
      throw;
    }
  }
};

/// Takes the name first, then fills it.
class CreatesFirst final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    const bool is_new = !good().stat(key, call);
    if (is_new && !options.if_absent) {
      good().write(key, "", options, call);
      for (int i = 0; i < 8; ++i) letOthersLook();  // whoever kills, too
    }
    return good().write(key, content, options, call);
  }
};

/// What the folder refuses to open for a path that leads out is opened by its name.
class FollowsLinksOut final : public ForwardingStorage {
 public:
  FollowsLinksOut(std::shared_ptr<IStorage> good, std::filesystem::path folder)
      : ForwardingStorage(std::move(good)), folder_(std::move(folder)) {}
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    try {
      return good().read(key, range, out, call);
    } catch (const Error&) {
      std::ifstream file(folder_ / key);
      if (!file) throw;
      out.put(std::string(std::istreambuf_iterator<char>(file), {}));
      return {};
    }
  }

 private:
  const std::filesystem::path folder_;
};

class StrangersAreDamage final : public ForwardingStorage {
 public:
  StrangersAreDamage(std::shared_ptr<IStorage> good, std::filesystem::path folder)
      : ForwardingStorage(std::move(good)), folder_(std::move(folder)) {}
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / directory, none)) {
      const std::string name = entry.path().filename().string();
      if (!path::problem(name).empty()) throw Error(ErrorCode::Corrupt, "a file that is not ours");
    }
    return good().list(directory, options, out, call);
  }

 private:
  const std::filesystem::path folder_;
};

/// Takes a segment for ".." that only begins so.
class LeadsUp final : public ForwardingStorage {
 public:
  LeadsUp(std::shared_ptr<IStorage> good, std::filesystem::path folder)
      : ForwardingStorage(std::move(good)), folder_(std::move(folder)) {}
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    if (key.rfind("..", 0) == 0) std::filesystem::create_directories((folder_ / ".." / key.substr(2)).parent_path());
    return good().write(key, content, options, call);
  }

 private:
  const std::filesystem::path folder_;
};

class AppendsWhatFits final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    try {
      return good().append(key, content, options, call);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::NoSpace) good().append(key, content.substr(0, 1000), options, call);
      throw;
    }
  }
};

class RefusedIsRemoved final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool remove(std::string_view key, const RemoveOptions& options, const Call& call) override {
    try {
      return good().remove(key, options, call);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::PermissionDenied) throw;
      return true;
    }
  }
};

/// Reads all and writes all, with a lock that other processes do not see.
class AppendsByRewriting final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions&,
                                      const Call& call) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    const std::string before = good().stat(key, call) ? good().IStorage::read(key) : std::string();
    letOthersLook();
    good().write(key, before + std::string(content), {}, call);
    return before.size() + content.size();
  }

 private:
  std::mutex mutex_;
};

/// The second half goes with the next call.
class FinishesLater final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    finish();
    return good().read(key, range, out, call);
  }
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    finish();
    late_key_ = key;
    late_ = content;
    return good().write(key, content.substr(0, content.size() / 2), options, call);
  }
  std::optional<StorageStat> stat(std::string_view key, const Call& call) override {
    finish();
    return good().stat(key, call);
  }

 private:
  void finish() {
    if (!late_key_.empty()) good().write(std::exchange(late_key_, {}), late_, {}, {});
  }
  std::string late_key_, late_;
};

/// Cleared away when it is closed.
class KeepsTemporaryNames final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  ~KeepsTemporaryNames() override {
    for (const auto& key : temporary_) good().remove(key, {}, {});
  }
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    const std::string temporary = std::string(key) + ".tmp";
    good().write(temporary, content, {}, call);
    temporary_.insert(temporary);
    return good().write(key, content, options, call);
  }

 private:
  std::set<std::string> temporary_;
};

}  // namespace tally::test
