#include "local/local_storage.hpp"

#include "local/abilities/append_group.hpp"
#include "local/abilities/batch.hpp"
#include "local/abilities/file_follower.hpp"
#include "local/abilities/health.hpp"
#include "local/files/appending.hpp"
#include "local/files/listing.hpp"
#include "local/files/reading.hpp"
#include "local/files/removal.hpp"
#include "local/files/replace.hpp"
#include "local/root/keys.hpp"

namespace tally::local {
namespace {

void checkConditions(const WriteOptions& options) {
  if (options.time_to_live) throw Error(ErrorCode::Unsupported, "files do not expire: time_to_live is not offered");
  if (options.if_absent && options.if_version) {
    throw Error(ErrorCode::InvalidArgument, "if_absent and if_version exclude each other; give one of them");
  }
}

}  // namespace

LocalStorage::LocalStorage(const Settings& settings) : parts_(settings) {}

void LocalStorage::begin(const Call& call) const {
  parts_.fork_guard.check();
  call.check();
}

StorageStat LocalStorage::read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) {
  begin(call);
  checkKey(key);
  if (!parts_.root.find()) throw Error(ErrorCode::NotFound, "no such object; the store is empty");
  return readFile(parts_.root, parts_.journal, key, range, out, call);
}

Version LocalStorage::write(std::string_view key, std::string_view content, const WriteOptions& options,
                            const Call& call) {
  begin(call);
  checkKey(key);
  checkConditions(options);
  parts_.root.create();
  parts_.append_files.drop(key);  // so that the space of the old file is free
  return replaceFile(parts_.root, parts_.journal, {key, content, options, call});
}

std::optional<std::uint64_t> LocalStorage::append(std::string_view key, std::string_view content,
                                                  const AppendOptions& options, const Call& call) {
  begin(call);
  if (!options.token.empty()) {
    throw Error(ErrorCode::Unsupported, "files remember no tokens; use expected_size to append once");
  }
  return appendToFile(parts_.root, parts_.journal, parts_.append_files, {key, content, options, call});
}

bool LocalStorage::list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) {
  begin(call);
  path::checkDirectory(directory);
  if (isReserved(directory)) return false;
  checkLengths(directory);
  return parts_.root.find() && listFolder(parts_.root, parts_.journal, directory, options, out, call);
}

std::optional<StorageStat> LocalStorage::stat(std::string_view key, const Call& call) {
  begin(call);
  if (!key.empty()) checkKey(key);
  const bool is_there = parts_.root.find();
  if (!key.empty()) return is_there ? statFile(parts_.root, parts_.journal, key, call) : std::nullopt;
  StorageStat folder;
  folder.is_directory = true;
  return folder;
}

bool LocalStorage::remove(std::string_view key, const RemoveOptions& options, const Call& call) {
  begin(call);
  if (!key.empty()) checkKey(key);
  if (key.empty() && !options.recursive) {
    throw Error(ErrorCode::IsADirectory, "this is the whole store; remove it recursively");
  }
  if (!parts_.root.find()) return false;
  parts_.root.requirePresent();
  Removal removal(parts_.root, parts_.journal, parts_.append_files, call);
  if (!key.empty()) return removal.remove(key, options);
  removal.removeContents();
  return true;
}

void LocalStorage::readMany(const Keys& keys, BatchSink& out, const Call& call) {
  begin(call);
  BatchByOnes(*this).readMany(keys, out, call);
}

void LocalStorage::statMany(const Keys& keys, BatchSink& out, const Call& call) {
  begin(call);
  BatchByOnes(*this).statMany(keys, out, call);
}

void LocalStorage::writeMany(const Keys& keys, const std::vector<std::string_view>& contents,
                             const WriteOptions& options, BatchSink& out, const Call& call) {
  begin(call);
  checkConditions(options);
  parts_.root.create();
  writeFiles(parts_, keys, contents, options, out, call);
}

void LocalStorage::removeMany(const Keys& keys, const RemoveOptions& options, BatchSink& out, const Call& call) {
  begin(call);
  if (!parts_.root.find()) return BatchByOnes(*this).removeMany(keys, options, out, call);
  parts_.root.requirePresent();
  removeFiles(parts_, keys, options, out, call);
}

std::unique_ptr<AppendStream> LocalStorage::openAppendStream(std::string_view key, const AppendStreamOptions& options,
                                                             const Call& call) {
  begin(call);
  checkKey(key);
  return std::make_unique<AppendGroup>(parts_, key, options);
}

std::unique_ptr<Follower> LocalStorage::openFollower(std::string_view key, const FollowOptions& options,
                                                     const Call& call) {
  begin(call);
  checkKey(key);
  return std::make_unique<FileFollower>(parts_, key, options, call);
}

void LocalStorage::checkHealth(HealthSink& out, const Call& call) {
  begin(call);
  checkFolder(parts_, out, call);
}

Capabilities LocalStorage::capabilities() const noexcept {
  const Capabilities base{Capability::CreateExclusive, Capability::IfVersion, Capability::AppendAt,
                          Capability::ModifiedTime, Capability::KeepsEmptyDirectories};
  if (!parts_.root.durable()) return base;
  return Capabilities(base.bits() | Capabilities{Capability::SurvivesPowerLoss}.bits());
}

}  // namespace tally::local
