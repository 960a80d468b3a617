#include "config/config_file.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "config/config_trust.hpp"
#include "config/fail.hpp"
#include "config/text.hpp"
#include "config/variables.hpp"

namespace tally::config {
namespace {

namespace fs = std::filesystem;

// A file that is there but can't be read is not missing: another one would not help.
[[noreturn]] void failToRead(const std::string& name, std::error_code reason) {
  const bool absent = reason == std::errc::no_such_file_or_directory || reason == std::errc::not_a_directory;
  const bool denied = reason == std::errc::permission_denied || reason == std::errc::operation_not_permitted;
  const auto code = absent   ? ErrorCode::ConfigNotFound
                    : denied ? ErrorCode::PermissionDenied
                             : ErrorCode::InvalidConfig;
  const char* const cure = denied ? "; let this user read it and search the folders above it (chmod, chown), or name "
                                    "another file with --config or the variable TALLY_CONFIG"
                                  : "";
  throw Error(code, "configuration file " + name + " can't be read: " + reason.message() + cure)
      .systemErrno(reason.value());
}

// Any entry of that name is the configuration: a dangling link or a folder must become an error when it is read, since
// passing it by would quietly choose another store.
bool isThere(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(path, error);
  if (status.type() == fs::file_type::none) failToRead(path.string(), error);
  return fs::exists(status);
}

std::optional<ConfigFile> walkUp(const fs::path& start_dir) {
  for (fs::path dir = start_dir;; dir = dir.parent_path()) {
    for (const char* name : {"tally.yaml", "tally.yml"}) {
      const fs::path path = dir / name;
      if (isThere(path)) return ConfigFile{path, dir == start_dir ? name : path.string()};
    }
    if (dir == dir.parent_path()) return std::nullopt;
  }
}

}  // namespace

std::optional<ConfigFile> findConfigFile(const fs::path& named, const fs::path& start_dir,
                                         const ConfigSource::Environment& environment) {
  const auto resolved = [&](const fs::path& path) {
    return ConfigFile{(start_dir / path).lexically_normal(), path.string(), true};
  };
  if (!named.empty()) return resolved(named);
  if (const auto path = lookUp(environment, "TALLY_CONFIG")) return resolved(*path);
  return walkUp(start_dir);
}

std::string readConfigFile(ConfigFile& file) {
  const auto reason = [] { return std::error_code(errno, std::generic_category()); };
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream(std::fopen(file.path.c_str(), "rbe"), &std::fclose);
  if (!stream) failToRead(file.path.string(), reason());
  file.doubt = doubtOf(file, ::fileno(stream.get()));
  std::string text;
  std::array<char, 16384> block{};
  while (text.size() <= kMaxFileBytes) {
    const std::size_t count = std::fread(block.data(), 1, block.size(), stream.get());
    text.append(block.data(), count);
    if (count == block.size()) continue;
    if (std::ferror(stream.get()) != 0) failToRead(file.path.string(), reason());
    break;
  }
  return text;
}

}  // namespace tally::config
