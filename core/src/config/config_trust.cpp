#include "config/config_trust.hpp"

#include <sys/auxv.h>
#include <sys/stat.h>

#include "config/fail.hpp"
#include "config/file_owner.hpp"

namespace tally::config {
namespace {

std::string doubtOf(const std::filesystem::path& path, const struct stat& facts, mode_t others) {
  if (auto why = doubtOfOwner(path, facts); !why.empty()) return why;
  if (facts.st_gid == facts.st_uid) others &= ~static_cast<mode_t>(S_IWGRP);
  return doubtOfMode(path, facts, others);
}

bool isAboutPlugins(const std::string& key) { return key.starts_with("plugins.") || key == "storage.plugin.path"; }

}  // namespace

std::string doubtOf(const ConfigFile& file, int descriptor) {
  struct stat facts {};
  const auto unknown = [](const std::filesystem::path& path) { return path.string() + " can't be examined"; };
  if (::fstat(descriptor, &facts) != 0) return unknown(file.path);
  if (auto why = doubtOf(file.path, facts, S_IWGRP | S_IWOTH); !why.empty()) return why;
  if (::lstat(file.path.c_str(), &facts) != 0) return unknown(file.path);
  if (auto why = doubtOfOwner(file.path, facts); !why.empty()) return why;
  const auto folder = file.path.parent_path();
  if (::stat(folder.c_str(), &facts) != 0) return unknown(folder);
  // A folder of somebody else holds what he puts there, but not in the name of others; only an open one lets them move
  // files of others into it.
  const bool is_open = (facts.st_mode & S_IWOTH) != 0 && (facts.st_mode & S_ISVTX) == 0;
  return is_open ? doubtOf(folder, facts, S_IWOTH) : std::string();
}

bool rightsAreRaised() noexcept { return ::getauxval(AT_SECURE) != 0; }

void checkPluginKeys(const Config& config, const ConfigFile& file) {
  if (file.doubt.empty() || (file.named && !rightsAreRaised())) return;
  for (const auto& [key, origin] : config.origins) {
    if (!isAboutPlugins(key) || origin.line == 0 || origin.source != file.shown_name) continue;
    const std::string shown = file.path.string();
    std::string text = key + " says which code is loaded, and somebody else could have written it: " + file.doubt;
    if (file.named) {
      text += ". In a program with raised rights the file must be root's or the program's own";
    } else {
      text.append(". ").append(shown).append(" was found by walking up, not named. If it is meant, name it (--config ");
      text.append(shown).append(", or the variable TALLY_CONFIG), or take it over (chown, chmod go-w)");
    }
    fail(ErrorCode::InvalidConfig, origin, text);
  }
}

}  // namespace tally::config
