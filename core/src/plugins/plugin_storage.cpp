#include "plugins/plugin_storage.hpp"

#include <utility>

#include "plugins/call_frame.hpp"
#include "plugins/error_convert.hpp"
#include "plugins/fork_watch.hpp"
#include "plugins/sink_adapters.hpp"
#include "plugins/table_copy.hpp"

namespace tally::plugins {
namespace {

constexpr int kFaultsToGiveUp = 3;
constexpr std::size_t kMaxTokenBytes = 64;

tally_str strOf(std::string_view text) noexcept { return {text.data(), text.size()}; }
tally_bytes bytesOf(std::string_view bytes) noexcept { return {bytes.data(), bytes.size()}; }

struct StatFrame {
  tally_stat view;
  StatFrame() noexcept {
    view.struct_size = TALLY_END_OF(tally_stat, version);
    view.kind = TALLY_KIND_FILE;
    view.size = TALLY_UNKNOWN_SIZE;
    view.modified_ns = TALLY_UNKNOWN_TIME;
    view.version_size = 0;
  }
  Version version() const {
    if (view.version_size > TALLY_VERSION_BYTES) {
      throw Error(ErrorCode::PluginFault, "the plugin gave a version above 63 bytes");
    }
    return Version({reinterpret_cast<const char*>(view.version), view.version_size});
  }
  StorageStat stat() const {
    StorageStat stat;
    stat.is_directory = view.kind == TALLY_KIND_DIRECTORY;
    if (view.size != TALLY_UNKNOWN_SIZE && !stat.is_directory) stat.size = view.size;
    if (view.modified_ns != TALLY_UNKNOWN_TIME) stat.modified = SystemTime(std::chrono::nanoseconds(view.modified_ns));
    stat.version = version();
    return stat;
  }
};

tally_write_options viewOf(const WriteOptions& options) {
  tally_write_options view{TALLY_END_OF(tally_write_options, time_to_live_ns), 0, {nullptr, 0}, 0};
  if (options.if_absent && options.if_version) {
    throw Error(ErrorCode::InvalidArgument, "if_absent and if_version exclude each other");
  }
  if (options.if_absent) view.flags |= TALLY_WRITE_IF_ABSENT;
  if (options.if_version) {
    view.flags |= TALLY_WRITE_IF_VERSION;
    view.if_version = bytesOf(options.if_version->bytes());
  }
  if (options.time_to_live) {
    if (options.time_to_live->count() <= 0) throw Error(ErrorCode::InvalidArgument, "a time to live is above zero");
    view.flags |= TALLY_WRITE_TIME_TO_LIVE;
    view.time_to_live_ns = options.time_to_live->count();
  }
  return view;
}

tally_append_options viewOf(const AppendOptions& options) {
  tally_append_options view{TALLY_END_OF(tally_append_options, token), 0, 0, {nullptr, 0}};
  if (options.token.size() > kMaxTokenBytes) {
    throw Error(ErrorCode::InvalidArgument, "a token has at most 64 bytes");
  }
  if (options.expected_size) {
    view.flags |= TALLY_APPEND_AT_SIZE;
    view.expected_size = *options.expected_size;
  }
  if (!options.token.empty()) {
    view.flags |= TALLY_APPEND_TOKEN;
    view.token = bytesOf(options.token);
  }
  return view;
}

void requireAll(Capabilities offered, Capabilities needed) {
  if ((needed.bits() & ~offered.bits()) == 0) return;
  throw Error(ErrorCode::Unsupported, "the backend does not offer an option that was asked for; nothing was written");
}

Capabilities neededBy(const WriteOptions& options) {
  std::uint64_t bits = 0;
  if (options.if_absent) bits |= TALLY_CAP_CREATE_EXCLUSIVE;
  if (options.if_version) bits |= TALLY_CAP_IF_VERSION;
  if (options.time_to_live) bits |= TALLY_CAP_TIME_TO_LIVE;
  return Capabilities(bits);
}

Capabilities neededBy(const AppendOptions& options) {
  std::uint64_t bits = 0;
  if (options.expected_size) bits |= TALLY_CAP_APPEND_AT;
  if (!options.token.empty()) bits |= TALLY_CAP_APPEND_TOKEN;
  return Capabilities(bits);
}

const void* noExtension(void*, const tally_str*) { return nullptr; }

}  // namespace

PluginStorage::PluginStorage(std::shared_ptr<LoadedPlugin> plugin, const tally_storage& opened)
    : plugin_(std::move(plugin)),
      ops_(copyTable(opened.ops, TALLY_END_OF(tally_storage_ops, remove), TALLY_END_OF(tally_storage_ops, extension),
                     "table of operations")),
      self_(opened.self),
      capabilities_(opened.capabilities),
      serial_(opened.thread_model != TALLY_THREADS_CONCURRENT),
      generation_(forkGeneration()) {
  if (ops_.destroy == nullptr || ops_.read == nullptr || ops_.write == nullptr || ops_.append == nullptr ||
      ops_.list == nullptr || ops_.stat == nullptr || ops_.remove == nullptr) {
    throw Error(ErrorCode::PluginBadDescriptor, "the plugin's table of operations lacks one that must be there");
  }
  if (ops_.extension == nullptr) ops_.extension = noExtension;
  ++plugin_->open_storages;
}

PluginStorage::~PluginStorage() {
  // In a forked child the adapter's threads are gone, and its connections are the parent's: better left alone.
  if (generation_ == forkGeneration()) ops_.destroy(self_);
  --plugin_->open_storages;
}

std::unique_lock<std::mutex> PluginStorage::lock() {
  return serial_ ? std::unique_lock(mutex_) : std::unique_lock<std::mutex>();
}

// Every call goes through here: where it happened is added once, and a plugin that keeps breaking promises is given up.
template <typename Action>
auto PluginStorage::guarded(const char* operation, std::string_view key, Action&& action) {
  try {
    if (faults_.load(std::memory_order_relaxed) >= kFaultsToGiveUp) {
      throw Error(ErrorCode::PluginFault, "the plugin broke its contract three times; open the storage again");
    }
    if (generation_ != forkGeneration()) {
      throw Error(ErrorCode::Closed, "the storage was opened before this process was forked: open one of its own");
    }
    return action();
  } catch (Error& error) {
    if (error.code() == ErrorCode::PluginFault) ++faults_;
    error.at(plugin_->name(), operation, key);
    throw;
  }
}

std::int32_t PluginStorage::answered(std::int32_t code, const tally_error& error) {
  if (code != TALLY_OK) throw toError(code, error);
  return code;
}

StorageStat PluginStorage::read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) {
  return guarded("read", key, [&] {
    path::check(key);
    const CallFrame frame(call);
    const tally_str name = strOf(key);
    const tally_read_options options{TALLY_END_OF(tally_read_options, length), 0, range.offset, range.length};
    ByteSinkAdapter sink(out);
    StatFrame stat;
    tally_error error;
    prepare(error);
    const auto held = lock();
    const std::int32_t code = ops_.read(self_, frame.view(), &name, &options, sink.view(), &stat.view, &error);
    sink.rethrow();
    answered(code, error);
    return stat.stat();
  });
}

Version PluginStorage::write(std::string_view key, std::string_view content, const WriteOptions& options,
                             const Call& call) {
  return guarded("write", key, [&] {
    path::check(key);
    requireAll(capabilities_, neededBy(options));
    const CallFrame frame(call);
    const tally_str name = strOf(key);
    const tally_bytes part = bytesOf(content);
    const tally_write_options view = viewOf(options);
    StatFrame stat;
    tally_error error;
    prepare(error);
    const auto held = lock();
    answered(ops_.write(self_, frame.view(), &name, &part, 1, &view, &stat.view, &error), error);
    return stat.version();
  });
}

std::optional<std::uint64_t> PluginStorage::append(std::string_view key, std::string_view content,
                                                   const AppendOptions& options, const Call& call) {
  return guarded("append", key, [&] {
    path::check(key);
    requireAll(capabilities_, neededBy(options));
    const CallFrame frame(call);
    const tally_str name = strOf(key);
    const tally_bytes part = bytesOf(content);
    const tally_append_options view = viewOf(options);
    std::uint64_t size = TALLY_UNKNOWN_SIZE;
    tally_error error;
    prepare(error);
    const auto held = lock();
    answered(ops_.append(self_, frame.view(), &name, &part, 1, &view, &size, &error), error);
    return size == TALLY_UNKNOWN_SIZE ? std::nullopt : std::optional(size);
  });
}

bool PluginStorage::list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) {
  return guarded("list", directory, [&] {
    path::checkDirectory(directory);
    const CallFrame frame(call);
    const tally_str name = strOf(directory);
    const tally_list_options view{TALLY_END_OF(tally_list_options, limit), 0, strOf(options.start_after),
                                  options.limit};
    EntrySinkAdapter sink(out);
    std::uint32_t more = 0;
    tally_error error;
    prepare(error);
    const auto held = lock();
    const std::int32_t code = ops_.list(self_, frame.view(), &name, &view, sink.view(), &more, &error);
    sink.rethrow();
    answered(code, error);
    return more != 0;
  });
}

std::optional<StorageStat> PluginStorage::stat(std::string_view key, const Call& call) {
  return guarded("stat", key, [&]() -> std::optional<StorageStat> {
    path::checkDirectory(key);
    const CallFrame frame(call);
    const tally_str name = strOf(key);
    StatFrame stat;
    tally_error error;
    prepare(error);
    const auto held = lock();
    const std::int32_t code = ops_.stat(self_, frame.view(), &name, &stat.view, &error);
    if (code == TALLY_E_NOT_FOUND) return std::nullopt;
    answered(code, error);
    return stat.stat();
  });
}

bool PluginStorage::remove(std::string_view key, const RemoveOptions& options, const Call& call) {
  return guarded("remove", key, [&] {
    path::checkDirectory(key);
    if (key.empty() && !options.recursive) {
      throw Error(ErrorCode::IsADirectory, "this is the whole store; remove it recursively");
    }
    const CallFrame frame(call);
    const tally_str name = strOf(key);
    const tally_remove_options view{TALLY_END_OF(tally_remove_options, flags),
                                    options.recursive ? TALLY_REMOVE_RECURSIVE : 0};
    std::uint32_t existed = 0;
    tally_error error;
    prepare(error);
    const auto held = lock();
    answered(ops_.remove(self_, frame.view(), &name, &view, &existed, &error), error);
    return existed != 0;
  });
}

// No extension has a C++ face yet; when one gets it, its table is wrapped here.
void* PluginStorage::extension(std::string_view) { return nullptr; }

}  // namespace tally::plugins
