// A small backend that reports its errors in the way that also works with -fno-exceptions.

#include <map>
#include <mutex>

#include "tally/sdk/plugin.hpp"

namespace {

using tally::Error, tally::ErrorCode;

class TinyStorage final : public tally::IStorage {
 public:
  explicit TinyStorage(const tally::sdk::Config& config) : limit_(static_cast<std::size_t>(config.integer("limit"))) {
    if (config.text("mood") == "bad") TALLY_THROW(Error(ErrorCode::InvalidConfig, "tiny is in a bad mood"));
  }

  tally::StorageStat read(std::string_view key, const tally::ByteRange& range, tally::ByteSink& out,
                          const tally::Call& call) override {
    call.check();
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = objects_.find(key);
    if (found == objects_.end()) {
      const bool directory = hasChildren(key);
      TALLY_THROW(Error(directory ? ErrorCode::IsADirectory : ErrorCode::NotFound, "no such object"));
      return {};
    }
    const std::string& bytes = found->second;
    if (range.offset > bytes.size()) {
      TALLY_THROW(Error(ErrorCode::RangeNotSatisfied, "the range begins behind the end"));
      return {};
    }
    out.put(std::string_view(bytes).substr(range.offset, range.length));
    return described(bytes);
  }

  tally::Version write(std::string_view key, std::string_view content, const tally::WriteOptions&,
                       const tally::Call& call) override {
    call.check();
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!mayPlace(key, content.size())) return {};
    objects_[std::string(key)] = content;
    return {};
  }

  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const tally::AppendOptions&,
                                      const tally::Call& call) override {
    call.check();
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!mayPlace(key, content.size())) return {};
    return objects_[std::string(key)].append(content).size();
  }

  bool list(std::string_view directory, const tally::ListOptions& page, tally::EntrySink& out,
            const tally::Call& call) override {
    call.check();
    const std::lock_guard<std::mutex> lock(mutex_);
    std::uint64_t delivered = 0;
    for (const auto& [name, is_directory] : childrenOf(directory)) {
      if (name <= page.start_after) continue;
      if (page.limit != 0 && delivered++ == page.limit) return true;
      out.take(name, is_directory);
    }
    return false;
  }

  std::optional<tally::StorageStat> stat(std::string_view key, const tally::Call& call) override {
    call.check();
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = objects_.find(key);
    if (found != objects_.end()) return described(found->second);
    if (!key.empty() && !hasChildren(key)) return std::nullopt;
    tally::StorageStat directory;
    directory.is_directory = true;
    return directory;
  }

  bool remove(std::string_view key, const tally::RemoveOptions& options, const tally::Call& call) override {
    call.check();
    const std::lock_guard<std::mutex> lock(mutex_);
    if (objects_.erase(std::string(key)) != 0) return true;
    if (!key.empty() && !hasChildren(key)) return false;
    if (!options.recursive) {
      TALLY_THROW(Error(ErrorCode::IsADirectory, "it is a directory"));
      return false;
    }
    for (auto at = objects_.begin(); at != objects_.end();) {
      at = isBelow(at->first, key) ? objects_.erase(at) : std::next(at);
    }
    return true;
  }

  tally::Capabilities capabilities() const noexcept override { return {}; }

 private:
  static tally::StorageStat described(const std::string& bytes) {
    tally::StorageStat stat;
    stat.size = bytes.size();
    return stat;
  }

  static bool isBelow(std::string_view key, std::string_view directory) {
    if (directory.empty()) return true;
    return key.size() > directory.size() && key[directory.size()] == '/' &&
           key.substr(0, directory.size()) == directory;
  }

  bool hasChildren(std::string_view key) const {
    for (const auto& [name, bytes] : objects_) {
      if (isBelow(name, key)) return true;
    }
    return false;
  }

  // Whether so many bytes may go there; what speaks against it is reported.
  bool mayPlace(std::string_view key, std::size_t size) const {
    if (size > limit_) {
      TALLY_THROW(Error(ErrorCode::TooLarge, "above the limit of " + std::to_string(limit_) + " bytes"));
      return false;
    }
    if (hasChildren(key)) {
      TALLY_THROW(Error(ErrorCode::IsADirectory, "it is a directory"));
      return false;
    }
    for (auto above = tally::path::parent(key); !above.empty(); above = tally::path::parent(above)) {
      if (objects_.find(above) == objects_.end()) continue;
      TALLY_THROW(Error(ErrorCode::NotADirectory, "a segment above it is a file"));
      return false;
    }
    return true;
  }

  std::map<std::string, bool> childrenOf(std::string_view directory) const {
    std::map<std::string, bool> names;
    const std::size_t skip = directory.empty() ? 0 : directory.size() + 1;
    for (const auto& [key, bytes] : objects_) {
      if (!isBelow(key, directory)) continue;
      const std::string_view rest = std::string_view(key).substr(skip);
      const auto slash = rest.find('/');
      names[std::string(rest.substr(0, slash))] = slash != rest.npos;
    }
    return names;
  }

  const std::size_t limit_;
  std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> objects_;
};

constexpr tally::sdk::Option kOptions[] = {
    tally::sdk::Option::integer("limit", "The largest piece, in bytes.").between(1, 1 << 30).byDefault(1 << 30),
    tally::sdk::Option::text("mood", "Whether it opens.").oneOf("good", "bad").byDefault("good"),
};
constexpr auto kInfo =
    tally::sdk::PluginInfo{"tiny", "1.0.0", "Keeps bytes in memory, in a simple way."}.with(kOptions);

}  // namespace

TALLY_STORAGE_PLUGIN(TinyStorage, kInfo);
