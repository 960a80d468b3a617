// The `storage` section: a few shared keys, and a map for each backend that the core does not look into.

#include "config/fail.hpp"
#include "config/names.hpp"
#include "config/paths.hpp"
#include "config/scalar.hpp"
#include "config/schema.hpp"

namespace tally::config {
namespace {

using Kind = YamlNode::Kind;

// Values of a backend may be secrets: no message of this class shows one.
class OptionCollector {
 public:
  OptionCollector(OptionMap& options, Origins& origins, std::string section)
      : options_(options), origins_(origins), section_(std::move(section)) {}

  void addAll(const YamlNode& map, const std::string& prefix = {}) {
    for (const YamlNode& entry : map.children) {
      if (entry.key.empty() || entry.key.find('.') != entry.key.npos)
        fail(ErrorCode::InvalidConfig, entry.key_origin,
             "'" + printable(entry.key) + "' in " + section_ + ": the name of an option is not empty and holds no '.'");
      const std::string name = prefix + entry.key;
      if (entry.kind == Kind::Map)
        addAll(entry, name + ".");
      else
        add(name, entry);
    }
  }

 private:
  void add(const std::string& name, const YamlNode& entry) {
    OptionValue& option = options_[name];
    option.origin = entry.origin;
    option.text = entry.text;
    if (entry.kind == Kind::List)
      option.value = listOf(name, entry);
    else
      option.value = typedValue(entry);
    if (entry.kind != Kind::Null) origins_[section_ + "." + name] = entry.origin;
  }

  OptionValue::List listOf(const std::string& name, const YamlNode& list) const {
    OptionValue::List texts;
    for (const YamlNode& item : list.children) {
      if (item.kind != Kind::Scalar)
        fail(ErrorCode::InvalidConfig, item.origin,
             section_ + "." + printable(name) + ": an entry of the list is not a single value");
      texts.push_back(item.text);
    }
    return texts;
  }

  OptionMap& options_;
  Origins& origins_;
  const std::string section_;
};

void readBackend(MapReader& section, StorageConfig& storage) {
  const std::string expected = "the name of a backend: " + std::string(kBackendNameRule);
  const YamlNode* node = section.scalar("backend", expected);
  if (node == nullptr) return;
  if (!isBackendName(node->text)) section.refuse(*node, expected);
  storage.backend = node->text;
  storage.backend_origin = node->origin;
}

const YamlNode* filledText(MapReader& section, std::string_view key, std::string_view expected) {
  const YamlNode* node = section.scalar(key, expected);
  if (node != nullptr && node->text.empty()) section.refuse(*node, expected);
  return node;
}

void readShared(MapReader& section, OptionMap& shared) {
  if (const YamlNode* path = filledText(section, "path", "the path of a folder"))
    shared["path"] = {path->text, path->origin, path->text};
  bool auto_create = true;
  if (const YamlNode* node = section.flag("autoCreate", auto_create))
    shared["autoCreate"] = {auto_create, node->origin, node->text};
}

void readPluginPath(MapReader section, Config& config) {
  if (const YamlNode* path = filledText(section, "path", "the path of a plugin file"))
    config.storage.plugin_path = absolutePath(*path, section.pathOf("path"), config.base_dir);
  section.refuseOthers();
}

bool isSection(const YamlNode& entry) {
  return entry.kind == Kind::Map || (entry.kind == Kind::Null && isBackendName(entry.key));
}

// What is left are the backends' own sections: maps, or nothing at all where every line is commented out.
void readSections(MapReader& section, Config& config) {
  for (const YamlNode* entry : section.others()) {
    if (!isSection(*entry)) continue;
    if (!isBackendName(entry->key))
      fail(ErrorCode::InvalidConfig, entry->key_origin,
           section.pathOf(printable(entry->key)) + " is a map and so the section of a backend, whose name is " +
               std::string(kBackendNameRule));
    section.any(entry->key);
    const bool is_written = !entry->children.empty() && entry->key_origin.line > 0;
    if (is_written) config.origins[section.pathOf(entry->key)] = entry->key_origin;
    OptionMap& options = config.storage.sections[entry->key];
    OptionCollector(options, config.origins, section.pathOf(entry->key)).addAll(*entry);
  }
}

}  // namespace

void readStorage(MapReader section, Config& config) {
  readBackend(section, config.storage);
  readShared(section, config.storage.shared);
  readPluginPath(section.map("plugin"), config);
  readSections(section, config);
  section.refuseOthers("or a map with the options of a backend");
}

}  // namespace tally::config
