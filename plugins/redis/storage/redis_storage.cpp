#include "redis/storage/redis_storage.hpp"

#include <vector>

#include "redis/names/children.hpp"
#include "redis/wire/tls.hpp"

namespace tally::redis {
namespace {

constexpr std::uint64_t kRemovedAtOnce = 500;

}  // namespace

Settings RedisStorage::withIdentity(Settings settings) {
  if (settings.tls.certificate_file.empty() != settings.tls.key_file.empty()) {
    throw Error(ErrorCode::InvalidConfig, "'tlsCertificateFile' and 'tlsKeyFile' belong together; give both or none");
  }
  if (settings.address.tls) settings.identity = std::make_shared<TlsIdentity>(settings.tls);
  return settings;
}

RedisStorage::RedisStorage(Settings settings)
    : settings_(withIdentity(std::move(settings))),
      names_(settings_.key_prefix),
      finder_(settings_),
      directories_(finder_, names_),
      reader_(names_, finder_, directories_),
      writer_(settings_, names_, finder_, directories_),
      batch_({owner_, finder_, directories_, reader_, writer_, *this}),
      append_streams_(owner_, settings_, names_, finder_, reader_, writer_),
      follow_({owner_, settings_, names_, finder_, directories_, reader_}),
      groups_({owner_, settings_, names_, finder_}),
      health_(owner_, settings_, names_, finder_, directories_),
      reindex_(owner_, names_, finder_, directories_) {}

StorageStat RedisStorage::read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) {
  owner_.begin(call);
  path::check(key);
  return reader_.read(key, range, out, call);
}

Version RedisStorage::write(std::string_view key, std::string_view content, const WriteOptions& options,
                            const Call& call) {
  owner_.begin(call);
  path::check(key);
  return writer_.write(key, content, options, call);
}

std::optional<std::uint64_t> RedisStorage::append(std::string_view key, std::string_view content,
                                                  const AppendOptions& options, const Call& call) {
  owner_.begin(call);
  path::check(key);
  return writer_.append(key, content, options, call);
}

bool RedisStorage::list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) {
  owner_.begin(call);
  path::checkDirectory(directory);
  return directories_.list(directory, options, out, call);
}

std::optional<StorageStat> RedisStorage::stat(std::string_view key, const Call& call) {
  owner_.begin(call);
  if (!key.empty()) {
    path::check(key);
    return reader_.stat(key, call);
  }
  directories_.contains(key, call);  // the root is always there, but the server may not be
  StorageStat root;
  root.is_directory = true;
  return root;
}

bool RedisStorage::remove(std::string_view key, const RemoveOptions& options, const Call& call) {
  owner_.begin(call);
  if (!key.empty()) path::check(key);
  if (key.empty() && !options.recursive) {
    throw Error(ErrorCode::IsADirectory, "this is the whole store; remove it recursively");
  }
  if (key.empty()) {
    removeBelow(key, call);
    return true;
  }
  if (!options.recursive) return writer_.remove(key, call);
  return writer_.removeUnlessDirectory(key, call) || removeBelow(key, call) ||
         directories_.unlinkMissing({std::string(key)}, call) != 0;
}

bool RedisStorage::removeBelow(std::string_view directory, const Call& call) {
  std::string after;
  for (bool more = true; more;) {
    Children children(directory);
    more = directories_.list(directory, {after, kRemovedAtOnce}, children, call);
    if (children.last.empty()) break;
    after = children.last;
    writer_.removeAll(children.objects, call);
    for (const auto& child : children.directories) removeBelow(child, call);
    directories_.unlinkMissing(children.directories, call);  // whoever damaged the index left only their names
  }
  return !after.empty();
}

Capabilities RedisStorage::capabilities() const noexcept {
  return {Capability::CreateExclusive, Capability::IfVersion,   Capability::TimeToLive,
          Capability::AppendAt,        Capability::AppendToken, Capability::ModifiedTime};
}

void* RedisStorage::extension(std::string_view id) {
  if (id == Batch::kId) return static_cast<Batch*>(&batch_);
  if (id == AppendStreams::kId) return static_cast<AppendStreams*>(&append_streams_);
  if (id == Follow::kId) return static_cast<Follow*>(&follow_);
  if (id == ConsumerGroups::kId) return static_cast<ConsumerGroups*>(&groups_);
  if (id == Health::kId) return static_cast<Health*>(&health_);
  if (id == Reindex::kId) return static_cast<Reindex*>(&reindex_);
  return nullptr;
}

}  // namespace tally::redis
