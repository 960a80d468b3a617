#include "plugin_harness.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>

#include "option_view.hpp"
#include "tally/conformance/runner.hpp"
#include "tally/create_storage.hpp"

namespace tally::conformance {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kPlaces = 64;
constexpr RemoveOptions kRecursive{true};

void replaceAll(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

/// What the variables of this process say, but not which configuration to read and which backend to take.
std::optional<std::string> environment(const std::string& name) {
  for (const auto* own : {"TALLY_CONFIG", "TALLY_STORAGE_BACKEND", "TALLY_STORAGE_PATH"}) {
    if (name == own) return std::nullopt;
  }
  const char* const value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

template <typename Visit>
void forEachValue(Config& config, const std::string& backend, Visit&& visit) {
  for (auto& [name, value] : config.storage.shared) visit(value);
  for (auto& [name, value] : config.storage.sections[backend]) visit(value);
}

}  // namespace

PluginHarness::PluginHarness(const Settings& settings) : settings_(settings), folder_(settings.dir) {
  ConfigSource source;
  source.environment = environment;
  source.file = settings_.config;
  source.start_dir = folder_.of(0).parent_path();
  for (const auto& [name, value] : settings_.set) {
    if (name.rfind("plugins.", 0) == 0) source.overrides.emplace_back(name, value);  // trust, before the note is read
  }
  try {
    note_ = *inspectPlugin(loadConfig(source), settings_.file.string()).note;
  } catch (const Error& error) {
    throw CantOpen(fmt::format("{}: {}: {}", settings_.file.string(), nameOf(error.code()), error.what()));
  }
  in_folder_ = needsPath() || mentions("{dir}");
  many_places_ = in_folder_ || mentions("{place}");
  folder_.clear(0);
  checkProxied();
  lookAtPlace();
}

std::string PluginHarness::name() const { return fmt::format("{} {}, from its file", note_.name, note_.version); }

/// The dotted key of an option of the plugin; other names are dotted keys already.
std::string PluginHarness::keyOf(const std::string& option) const {
  const bool published = std::any_of(note_.options.begin(), note_.options.end(),
                                     [&](const PluginOption& one) { return one.name == option; });
  if (!published) return option;
  const bool shared = option == "path" || option == "autoCreate";
  return shared ? "storage." + option : fmt::format("storage.{}.{}", note_.name, option);
}

/// Whether the plugin publishes an option `path` and nobody has set it.
bool PluginHarness::needsPath() const {
  const bool published = std::any_of(note_.options.begin(), note_.options.end(), [](const PluginOption& one) {
    return one.name == "path" && one.type == PluginOption::Type::Path;
  });
  if (!published) return false;
  const bool set = std::any_of(settings_.set.begin(), settings_.set.end(),
                               [&](const auto& one) { return keyOf(one.first) == "storage.path"; });
  if (set || settings_.config.empty()) return !set;
  const Config config = loadConfig({settings_.config, {}, environment, {}});
  const auto section = config.storage.sections.find(note_.name);
  return config.storage.shared.count("path") == 0 &&
         (section == config.storage.sections.end() || section->second.count("path") == 0);
}

bool PluginHarness::mentions(const char* placeholder) const {
  for (const auto& [name, value] : settings_.set) {
    if (value.find(placeholder) != value.npos) return true;
  }
  if (settings_.config.empty()) return false;
  Config config = loadConfig({settings_.config, {}, environment, {}});
  bool found = false;
  forEachValue(config, note_.name, [&](const OptionValue& value) {
    found = found || textOf(value).find(placeholder) != std::string::npos;
  });
  return found;
}

PluginHarness::PlaceName PluginHarness::here(const char* suffix) const {
  return {folder_.of(place_).string(), fmt::format("{}-{}{}", folder_.name(), place_, suffix)};
}

Config PluginHarness::configFor(const PlaceName& where, const OptionValues& more) const {
  ConfigSource source;
  source.file = settings_.config;
  source.start_dir = folder_.of(0).parent_path();
  source.environment = environment;
  source.overrides = {{"storage.backend", note_.name}, {"storage.plugin.path", settings_.file.string()}};
  if (needsPath()) source.overrides.emplace_back("storage.path", where.dir + "/" + where.place);
  const auto expanded = [&](std::string text) {
    replaceAll(text, "{dir}", where.dir);
    replaceAll(text, "{place}", where.place);
    return text;
  };
  for (const auto* list : {&settings_.set, &more}) {
    for (const auto& [name, value] : *list) source.overrides.emplace_back(keyOf(name), expanded(value));
  }
  Config config = loadConfig(source);
  forEachValue(config, note_.name, [&](OptionValue& value) {
    value.text = expanded(value.text);
    if (auto* text = std::get_if<std::string>(&value.value)) *text = expanded(*text);
  });
  return config;
}

std::filesystem::path PluginHarness::storePath() const {
  const bool published = std::any_of(note_.options.begin(), note_.options.end(),
                                     [](const PluginOption& one) { return one.name == "path"; });
  return published ? fs::path(optionText(configFor(here(), {}), note_, "path")) : fs::path();
}

void PluginHarness::checkProxied() const {
  for (const auto& [option, server] : settings_.proxied) {
    const std::string value = optionText(configFor(here(), {}), note_, option);
    if (value.find(server) != value.npos) continue;
    throw std::invalid_argument(
        fmt::format("--through-proxy {}={}: the option's value does not name {}", option, server, server));
  }
}

const tally_plugin* PluginHarness::plugin() {
  void* const library = ::dlopen(settings_.file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) throw std::runtime_error(::dlerror());
  const auto entry = reinterpret_cast<tally_plugin_entry>(::dlsym(library, TALLY_PLUGIN_ENTRY));
  if (entry == nullptr) throw std::runtime_error("the plugin exports no " TALLY_PLUGIN_ENTRY);
  return entry();
}

const tally_config* PluginHarness::pluginOptions() {
  options_ = std::make_unique<OptionView>(configFor(here(), {}), note_);
  return options_->view();
}

Config PluginHarness::configWith(const OptionValues& more) const { return configFor(here(), more); }

std::shared_ptr<IStorage> PluginHarness::openWith(const PlaceName& where, const OptionValues& more) const {
  return createStorage(configFor(where, more));
}

std::shared_ptr<IStorage> PluginHarness::open() {
  if (kind_ != Kind::OneHandle) return openWith(here());
  if (!only_handle_) only_handle_ = openWith(here());
  return only_handle_;
}

std::shared_ptr<IStorage> PluginHarness::openSecond() {
  if (kind_ != Kind::OneHandle) return many_places_ ? openWith(here("2")) : nullptr;
  if (!only_second_) only_second_ = openWith(here("2"));
  return only_second_;
}

void PluginHarness::clear() {
  only_handle_.reset();
  only_second_.reset();
  if (in_folder_) return folder_.clear(place_);
  if (kind_ == Kind::OneHandle) return;
  openWith(here())->remove("", kRecursive);
  if (many_places_) openWith(here("2"))->remove("", kRecursive);
}

unsigned PluginHarness::places() const { return many_places_ || kind_ == Kind::OneHandle ? kPlaces : 1; }

std::shared_ptr<IStorage> PluginHarness::openSmall(std::uint64_t bytes) {
  if (!in_folder_) return nullptr;
  const fs::path small = folder_.mountSmall(place_, bytes);
  return small.empty() ? nullptr : openWith({small.string(), here().place});
}

std::shared_ptr<IStorage> PluginHarness::openLimited(std::uint64_t bytes) {
  if (!keys_are_files_) return nullptr;
  limitFileSize(bytes);
  return open();
}

std::vector<std::string> PluginHarness::secrets() const {
  std::vector<std::string> all;
  const auto isSecret = [&](const std::string& name) {
    return std::any_of(note_.options.begin(), note_.options.end(),
                       [&](const PluginOption& one) { return one.secret && one.name == name; });
  };
  const auto take = [&](const OptionValues& values) {
    for (const auto& [name, value] : values) {
      if (isSecret(name)) all.push_back(value);
    }
  };
  take(settings_.set);
  for (const auto& [kind, values] : settings_.wrong) take(values);
  return all;
}

std::string PluginHarness::server() const { return settings_.proxied.empty() ? "" : settings_.proxied.front().second; }

std::shared_ptr<IStorage> PluginHarness::openAt(const std::string& address) {
  OptionValues rewritten;
  for (const auto& [option, server] : settings_.proxied) {
    std::string value = optionText(configWith({}), note_, option);
    replaceAll(value, server, address);
    rewritten.emplace_back(option, value);
  }
  return openWith(here(), rewritten);
}

std::string PluginHarness::reply(Reply kind) const {
  const auto found = settings_.replies.find(kind);
  return found == settings_.replies.end() ? std::string() : found->second;
}

std::shared_ptr<IStorage> PluginHarness::openWrong(Wrong what) {
  const auto found = settings_.wrong.find(what);
  return found == settings_.wrong.end() ? nullptr : openWith(here(), found->second);
}

bool PluginHarness::plantForeign(const std::string& key) {
  if (settings_.plant.empty()) return false;
  ::setenv("KEY", key.c_str(), 1);
  ::setenv("PLACE", here().place.c_str(), 1);
  const int status = std::system(settings_.plant.c_str());
  if (status == 0) return true;
  throw std::runtime_error(fmt::format("'{}' ended with {}", settings_.plant, WEXITSTATUS(status)));
}

}  // namespace tally::conformance
