#include "plugins/load/plugin_search.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <system_error>

#include "config/names.hpp"
#include "plugins/file/machine.hpp"
#include "plugins/load/registry.hpp"
#include "tally/error.hpp"

namespace tally {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRaisedRights = "the program runs with raised rights";

// TALLY_PLUGIN_PATH: absolute folders, separated by colons.
void addVariable(std::vector<SearchPlace>& places) {
  const char* const raw = std::getenv("TALLY_PLUGIN_PATH");
  if (raw == nullptr || *raw == '\0') return;
  const bool raised = ::secure_getenv("TALLY_PLUGIN_PATH") == nullptr;
  for (std::string_view rest = raw;;) {
    const std::size_t colon = rest.find(':');
    const fs::path part(rest.substr(0, colon));
    SearchPlace place{part, "variable TALLY_PLUGIN_PATH", {}};
    if (raised) place.ignored = kRaisedRights;
    if (!part.is_absolute()) place.ignored = "not an absolute folder";
    places.push_back(std::move(place));
    if (colon == rest.npos) return;
    rest.remove_prefix(colon + 1);
  }
}

void addUserFolder(std::vector<SearchPlace>& places, bool allowed) {
  const char* const data = ::secure_getenv("XDG_DATA_HOME");
  const char* const home = ::secure_getenv("HOME");
  fs::path dir;
  if (data != nullptr && *data == '/') dir = fs::path(data) / "tally/plugins";
  if (dir.empty() && home != nullptr && *home == '/') dir = fs::path(home) / ".local/share/tally/plugins";
  if (dir.empty()) return;
  SearchPlace place{dir, "the user's folder", {}};
  if (!allowed) place.ignored = "plugins.allowUserDir is not set";
  if (allowed && ::geteuid() == 0) place.ignored = "never used for root";
  places.push_back(std::move(place));
}

bool onlyVariable() {
  const char* const only = ::secure_getenv("TALLY_PLUGIN_PATH_ONLY");
  return only != nullptr && std::string_view(only) == "1";
}

}  // namespace

std::vector<SearchPlace> searchPlaces(const Config& config) {
  std::vector<SearchPlace> places;
  for (const fs::path& dir : config.plugins.search_path) places.push_back({dir, "plugins.searchPath", {}});
  addVariable(places);
  if (onlyVariable()) return places;
  addUserFolder(places, config.plugins.allow_user_dir);
  const fs::path& core = plugins::coreFolder();
  const fs::path beside = core.empty() ? core : core / "tally/plugins";
  if (!beside.empty()) places.push_back({beside, "beside the core library", {}});
  places.push_back({"/usr/local/lib/tally/plugins", "local installations", {}});
  const fs::path system = fs::path("/usr/lib") / plugins::kTriplet / "tally/plugins";
  if (beside != system) places.push_back({system, "system installations", {}});  // else it is the one above
  return places;
}

namespace plugins {
namespace {

// Why a place does not answer for `file`, or nothing if it does. A place that can't be looked into ends the search:
// what it may hold would win, and another plugin must not take its turn unseen.
std::string missing(const SearchPlace& place, const std::string& file) {
  if (!place.ignored.empty()) return "not looked at: " + place.ignored;
  std::error_code failed;
  const auto status = fs::symlink_status(place.dir / file, failed);
  if (fs::exists(status)) return {};
  const bool absent = failed == std::errc::no_such_file_or_directory || failed == std::errc::not_a_directory;
  if (failed && !absent) throw unreadablePlace(place, failed);
  return fs::exists(place.dir, failed) ? "no such file" : "no such folder";
}

fs::path whereTheCoreIs() {
  Dl_info here{};
  static const int kAnchor = 0;
  if (::dladdr(&kAnchor, &here) == 0 || here.dli_fname == nullptr) return {};
  std::error_code failed;
  return fs::canonical(here.dli_fname, failed).parent_path();
}

// The dynamic linker may know it by a name relative to the working directory, which the program can change later.
[[maybe_unused]] const fs::path& asked_at_start = coreFolder();

Error notFound(const Config& config, const std::string& backend, const std::string& looked, const Call& call) {
  const std::vector<std::string> names = visibleNames(config, call);
  std::string text = "no plugin for the backend '" + backend + "'";
  if (backend == config.storage.backend && config.storage.backend_origin.line > 0)
    text += " (" + config.storage.backend_origin.toString() + ")";
  text += ": no " + fileNameOf(backend) + " in" + looked + "\n  backends that can be seen: ";
  for (const std::string& name : names) text += (name == names.front() ? "" : ", ") + name;
  if (names.empty()) text += "none";
  if (const std::string near = nearestName(backend, names); !near.empty()) text += "; did you mean '" + near + "'?";
  return Error(ErrorCode::PluginNotFound,
               text + "\n  install the plugin, or add its folder to plugins.searchPath or TALLY_PLUGIN_PATH");
}

void checkNamedFile(const Config& config) {
  std::error_code failed;
  if (fs::status(config.storage.plugin_path, failed).type() != fs::file_type::not_found) return;
  const auto origin = config.origins.find("storage.plugin.path");
  throw Error(ErrorCode::PluginNotFound,
              (origin == config.origins.end() ? std::string() : origin->second.toString() + ": ") +
                  "storage.plugin.path names " + config.storage.plugin_path.string() +
                  ", and there is no such file: install the plugin there, or take the key out to have it searched for");
}

// The first match decides, so a link to nothing is no reason to look further.
void checkLink(const fs::path& link, const SearchPlace& place, const std::string& looked) {
  std::error_code failed;
  if (fs::status(link, failed).type() != fs::file_type::not_found) return;
  throw Error(ErrorCode::PluginNotFound, link.string() + " (" + place.why + ") is a link to " +
                                             fs::read_symlink(link, failed).string() +
                                             ", and there is nothing: mend the link or remove it" +
                                             (looked.empty() ? std::string() : "\n  looked at before:" + looked));
}

}  // namespace

Error unreadablePlace(const SearchPlace& place, std::error_code reason) {
  return Error(ErrorCode::PermissionDenied, "plugins can't be looked for in " + place.dir.string() + " (" + place.why +
                                                "): " + reason.message() +
                                                "; make the folder readable, or take it out of the search")
      .systemErrno(reason.value());
}

const fs::path& coreFolder() {
  static const fs::path kFolder = whereTheCoreIs();
  return kFolder;
}

std::string fileNameOf(const std::string& backend) { return "libtally_" + backend + ".so"; }

std::string backendOf(const fs::path& file) {
  const std::string name = file.filename().string();
  constexpr std::string_view kPrefix = "libtally_", kSuffix = ".so";
  if (name.size() <= kPrefix.size() + kSuffix.size() || name.rfind(kPrefix, 0) != 0) return {};
  if (name.compare(name.size() - kSuffix.size(), kSuffix.size(), kSuffix) != 0) return {};
  std::string backend = name.substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size());
  return config::isBackendName(backend) ? backend : std::string();
}

std::vector<fs::path> pluginFilesIn(const fs::path& dir, std::error_code& failed) {
  std::vector<fs::path> files;
  for (fs::directory_iterator at(dir, failed), end; !failed && at != end; at.increment(failed)) {
    if (!backendOf(at->path()).empty()) files.push_back(at->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

Found findPlugin(const Config& config, const std::string& backend, const Call& call) {
  if (!config::isBackendName(backend)) {
    const bool configured = backend == config.storage.backend;
    throw Error(configured ? ErrorCode::InvalidConfig : ErrorCode::InvalidArgument,
                (configured ? config.storage.backend_origin.toString() + ": " : std::string()) + "'" + backend +
                    "' can't be a backend: a name is " + std::string(config::kBackendNameRule));
  }
  if (!config.storage.plugin_path.empty() && backend == config.storage.backend) {
    checkNamedFile(config);
    return {config.storage.plugin_path, "storage.plugin.path"};
  }
  const std::string file = fileNameOf(backend);
  std::string looked;
  for (const SearchPlace& place : searchPlaces(config)) {
    const std::string why = missing(place, file);
    if (why.empty()) {
      checkLink(place.dir / file, place, looked);
      return {place.dir / file, place.why};
    }
    looked += "\n  " + place.dir.string() + " (" + place.why + "): " + why;
  }
  throw notFound(config, backend, looked, call);
}

std::vector<std::string> visibleNames(const Config& config, const Call& call) {
  std::set<std::string> names;
  for (const auto& plugin : Registry::lock(call).linkedIn()) names.insert(plugin->name());
  for (const SearchPlace& place : searchPlaces(config)) {
    if (!place.ignored.empty()) continue;
    std::error_code failed;
    for (const auto& path : pluginFilesIn(place.dir, failed)) names.insert(backendOf(path));
  }
  return {names.begin(), names.end()};
}

}  // namespace plugins
}  // namespace tally
