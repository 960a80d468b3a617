#pragma once
// The options of one backend: checked against what its plugin publishes, completed, and shown to it through the C view.

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "tally/config.hpp"
#include "tally/plugin_abi.h"
#include "tally/plugin_info.hpp"

namespace tally::plugins {

/// The checked options as a tally_config. Must outlive the plugin's create; not copyable, since the view points in.
class PluginOptions {
 public:
  /// Check the section of `note.name` and the shared options in `config`.
  /// Errors: ConfigUnknownKey with the nearest name; InvalidConfig with what is allowed; ConfigMissingValue. Each names
  /// where the value was set; the value of a secret is never in the text.
  PluginOptions(const Config& config, const PluginNote& note);
  PluginOptions(const PluginOptions&) = delete;
  PluginOptions& operator=(const PluginOptions&) = delete;

  const tally_config* view() const noexcept { return &view_; }
  /// Shared options that are set but not used by this backend ("storage.path").
  const std::vector<std::string>& unused() const noexcept { return unused_; }

 private:
  void add(const PluginOption& option, const OptionValue* given, const Config& config);
  void addList(const std::string& name, const OptionValue::List& texts);
  void set(const std::string& name, std::uint32_t kind, std::int64_t integer, double number, std::string text);
  static std::int32_t get(void* self, const tally_str* name, tally_value* value) noexcept;

  std::map<std::string, tally_value, std::less<>> values_;
  std::deque<std::string> texts_;  // what values_ point to
  std::vector<std::string> unused_;
  tally_config view_{};
};

}  // namespace tally::plugins
