#pragma once
// The options of a plugin as it will see them: values of the configuration, else what the note says is the default.

#include <deque>
#include <map>
#include <string>

#include "tally/config.hpp"
#include "tally/plugin_abi.h"
#include "tally/plugin_info.hpp"

namespace tally::conformance {

/// What was written for an option, as text; empty for what is no text.
std::string textOf(const OptionValue& value);

/// The text of one option, or empty. Errors: std::invalid_argument for a name that the plugin does not publish.
std::string optionText(const Config& config, const PluginNote& note, const std::string& option);

/// All of them through the C view. Not copyable, since the view points in.
class OptionView {
 public:
  OptionView(const Config& config, const PluginNote& note);
  OptionView(const OptionView&) = delete;
  OptionView& operator=(const OptionView&) = delete;
  const tally_config* view() const noexcept { return &view_; }

 private:
  void add(const std::string& name, std::uint32_t kind, std::string text);
  static std::int32_t get(void* self, const tally_str* name, tally_value* value) noexcept;

  std::map<std::string, tally_value, std::less<>> values_;
  std::deque<std::string> texts_;  // what values_ point to
  tally_config view_{};
};

}  // namespace tally::conformance
