#pragma once
// An IStorage in memory for the tests of the store: the whole contract with versions and conditions, a list of the
// calls it got, and faults at chosen calls.

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tally/storage.hpp"

namespace tally::test {

class FakeStorage final : public IStorage {
 public:
  using IStorage::append;
  using IStorage::list;
  using IStorage::read;
  using IStorage::remove;
  using IStorage::stat;
  using IStorage::write;

  static constexpr Capabilities kAll{Capability::CreateExclusive, Capability::IfVersion, Capability::AppendAt};

  explicit FakeStorage(Capabilities capabilities = kAll) : capabilities_(capabilities) {}

  /// Fail the n-th call from now on, counted from 1, before it does anything.
  void failCall(std::size_t n, ErrorCode code) {
    fail_in_ = n;
    fail_code_ = code;
  }
  /// Called at the start of each call with "operation key": what other writers do at that moment.
  std::function<void(std::string_view)> on_call;
  /// "write conversations/a/meta.json", in order.
  std::vector<std::string> calls;

  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    const auto lock = begin("read", key, call);
    const Object& object = find(key);
    if (range.offset > object.bytes.size()) throw Error(ErrorCode::RangeNotSatisfied, "behind the end");
    out.put(std::string_view(object.bytes).substr(range.offset, range.length));
    return statOf(object);
  }

  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    const auto lock = begin("write", key, call);
    if (isDirectory(key)) throw Error(ErrorCode::IsADirectory, "a directory");
    const auto found = objects_.find(std::string(key));
    if (options.if_absent && !has(Capability::CreateExclusive)) throw Error(ErrorCode::Unsupported, "if_absent");
    if (options.if_version && !has(Capability::IfVersion)) throw Error(ErrorCode::Unsupported, "if_version");
    if (options.if_absent && found != objects_.end()) throw Error(ErrorCode::AlreadyExists, "it exists");
    if (options.if_version && (found == objects_.end() || versionOf(found->second) != *options.if_version)) {
      throw Error(ErrorCode::Conflict, "another version");
    }
    Object& object = objects_[std::string(key)] = {std::string(content), ++last_version_};
    return versionOf(object);
  }

  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    const auto lock = begin("append", key, call);
    if (isDirectory(key)) throw Error(ErrorCode::IsADirectory, "a directory");
    const auto found = objects_.find(std::string(key));
    const std::uint64_t size = found == objects_.end() ? 0 : found->second.bytes.size();
    if (options.expected_size && !has(Capability::AppendAt)) throw Error(ErrorCode::Unsupported, "expected_size");
    if (!options.token.empty() && !has(Capability::AppendToken)) throw Error(ErrorCode::Unsupported, "token");
    if (!options.token.empty() && tokens_.contains(std::string(options.token))) return size;
    if (options.expected_size && *options.expected_size != size) throw Error(ErrorCode::Conflict, "another size");
    Object& object = objects_[std::string(key)];
    object.bytes += content;
    object.version = ++last_version_;
    if (!options.token.empty()) tokens_.emplace(options.token);
    return object.bytes.size();
  }

  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    const auto lock = begin("list", directory, call);
    std::uint64_t count = 0;
    for (const auto& [name, is_directory] : childrenOf(directory)) {
      if (name <= options.start_after) continue;
      if (options.limit != 0 && count == options.limit) return true;
      out.take(name, is_directory);
      ++count;
    }
    return false;
  }

  std::optional<StorageStat> stat(std::string_view key, const Call& call) override {
    const auto lock = begin("stat", key, call);
    if (const auto found = objects_.find(std::string(key)); found != objects_.end()) return statOf(found->second);
    if (!isDirectory(key)) return std::nullopt;
    StorageStat stat;
    stat.is_directory = true;
    return stat;
  }

  bool remove(std::string_view key, const RemoveOptions& options, const Call& call) override {
    const auto lock = begin("remove", key, call);
    if (isDirectory(key) && !options.recursive) throw Error(ErrorCode::IsADirectory, "a directory");
    bool existed = objects_.erase(std::string(key)) != 0;
    const std::string prefix = std::string(key) + "/";
    for (auto at = objects_.lower_bound(prefix); at != objects_.end() && at->first.starts_with(prefix);) {
      at = objects_.erase(at);
      existed = true;
    }
    return existed;
  }

  Capabilities capabilities() const noexcept override { return capabilities_; }

  /// What extension() answers, by id.
  std::map<std::string, void*, std::less<>> abilities;
  using IStorage::extension;
  void* extension(std::string_view id) override {
    const auto found = abilities.find(id);
    return found == abilities.end() ? nullptr : found->second;
  }

 private:
  struct Object {
    std::string bytes;
    std::uint64_t version = 0;
  };

  bool has(Capability one) const { return capabilities_.has(one); }

  std::unique_lock<std::mutex> begin(std::string_view operation, std::string_view key, const Call& call) {
    call.check();
    const std::string text = std::string(operation) + " " + std::string(key);
    if (on_call) std::exchange(on_call, nullptr)(text);
    std::unique_lock lock(mutex_);
    calls.push_back(text);
    if (fail_in_ != 0 && --fail_in_ == 0) throw Error(fail_code_, "injected").at("fake", operation, key);
    return lock;
  }

  bool isDirectory(std::string_view key) const {
    const std::string prefix = std::string(key) + "/";
    const auto at = objects_.lower_bound(prefix);
    return at != objects_.end() && at->first.starts_with(prefix);
  }

  const Object& find(std::string_view key) const {
    const auto found = objects_.find(std::string(key));
    if (found != objects_.end()) return found->second;
    if (isDirectory(key)) throw Error(ErrorCode::IsADirectory, "a directory");
    throw Error(ErrorCode::NotFound, "no such object");
  }

  std::map<std::string, bool> childrenOf(std::string_view directory) const {
    const std::string prefix = directory.empty() ? "" : std::string(directory) + "/";
    std::map<std::string, bool> children;
    for (const auto& [key, object] : objects_) {
      if (!key.starts_with(prefix)) continue;
      const std::string rest = key.substr(prefix.size());
      const auto slash = rest.find('/');
      children[rest.substr(0, slash)] = slash != rest.npos;
    }
    return children;
  }

  Version versionOf(const Object& object) const {
    return has(Capability::IfVersion) ? Version(std::to_string(object.version)) : Version();
  }
  StorageStat statOf(const Object& object) const {
    StorageStat stat;
    stat.size = object.bytes.size();
    stat.version = versionOf(object);
    return stat;
  }

  Capabilities capabilities_;
  std::mutex mutex_;
  std::map<std::string, Object> objects_;
  std::set<std::string> tokens_;
  std::uint64_t last_version_ = 0;
  std::size_t fail_in_ = 0;
  ErrorCode fail_code_ = ErrorCode::Internal;
};

}  // namespace tally::test
