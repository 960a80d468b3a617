#include "plugins/file/plugin_manifest.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "config/map_reader.hpp"
#include "config/text.hpp"
#include "config/yaml_tree.hpp"
#include "tally/error.hpp"

namespace tally::plugins {
namespace {

constexpr std::size_t kMaxBytes = 65536;

void readText(config::MapReader& reader, std::string_view key, std::string& target) {
  if (const auto* node = reader.scalar(key, "text")) target = node->text;
}

PluginManifest read(const config::YamlNode& tree, const std::filesystem::path& file) {
  PluginManifest manifest;
  manifest.file = file;
  config::Origins origins;
  config::MapReader reader(&tree, "", origins);
  reader.flag("disabled", manifest.disabled);
  readText(reader, "reason", manifest.reason);
  readText(reader, "description", manifest.description);
  readText(reader, "replaces", manifest.replaces);
  if (const auto* digits = reader.scalar("sha256", config::kSha256Rule)) {
    manifest.sha256 = config::lowerCase(digits->text);
    if (!config::isSha256(manifest.sha256)) reader.refuse(*digits, config::kSha256Rule);
  }
  reader.refuseOthers();
  return manifest;
}

[[noreturn]] void bad(const std::filesystem::path& file, const std::string& why) {
  throw Error(ErrorCode::PluginBadManifest,
              "the manifest " + why + ". Mend or remove " + file.string() + "; until then the plugin is not loaded");
}

}  // namespace

PluginManifest parseManifest(std::string_view text, const std::filesystem::path& file) {
  try {
    const auto name = file.filename().string();
    auto tree = config::parseYaml(config::checkedText(text, name), name);
    using Kind = config::YamlNode::Kind;
    if (tree.kind != Kind::Map && tree.kind != Kind::Null) bad(file, "is not a map of keys");
    return read(tree, file);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::PluginBadManifest) throw;
    bad(file, "is broken: " + error.message());
  }
}

std::optional<PluginManifest> readManifest(const std::filesystem::path& plugin, const std::string& name) {
  const auto file = plugin.parent_path() / (name + ".plugin.yaml");
  std::error_code failed;
  const auto status = std::filesystem::status(file, failed);
  if (status.type() == std::filesystem::file_type::not_found) return std::nullopt;
  if (failed) bad(file, "can't be looked at: " + failed.message());
  if (!std::filesystem::is_regular_file(status)) bad(file, "is no regular file");
  std::ifstream in(file, std::ios::binary);
  if (!in) bad(file, std::string("can't be read: ") + std::strerror(errno));
  std::string text(kMaxBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) bad(file, std::string("can't be read: ") + std::strerror(errno));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kMaxBytes) bad(file, "is above 64 KiB");
  return parseManifest(text, file);
}

}  // namespace tally::plugins
