#pragma once
// What a storage's constructor gets: the options, checked by the host against what the plugin publishes, defaults
// filled in, and the host's log.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tally/error.hpp"
#include "tally/plugin_abi.h"

namespace tally::sdk {

/// Typed reads of options. Valid during construction only. Threads: the constructing one.
/// Errors: InvalidConfig for an option that is not set and has no default, and for one that the plugin does not
/// publish; PluginFault for one that it publishes with another type.
class Config {
 public:
  explicit Config(const tally_config& view) noexcept : view_(view) {}

  bool has(std::string_view name) const { return find(name).kind != TALLY_VALUE_NULL; }
  bool flag(std::string_view name) const { return get(name, TALLY_VALUE_FLAG).integer != 0; }
  std::int64_t integer(std::string_view name) const { return get(name, TALLY_VALUE_INTEGER).integer; }
  double number(std::string_view name) const { return get(name, TALLY_VALUE_NUMBER).number; }
  /// Also of paths, which are absolute.
  std::string text(std::string_view name) const {
    const tally_value value = get(name, TALLY_VALUE_TEXT);
    return value.text.size == 0 ? std::string() : std::string(value.text.data, value.text.size);
  }
  std::vector<std::string> list(std::string_view name) const {
    std::vector<std::string> texts;
    const auto count = get(name, TALLY_VALUE_LIST).integer;
    for (std::int64_t i = 0; i < count; ++i) texts.push_back(text(std::string(name) + '.' + std::to_string(i)));
    return texts;
  }

 private:
  tally_value find(std::string_view name) const {
    tally_value value{};
    value.struct_size = TALLY_END_OF(tally_value, text);
    const tally_str key{name.data(), name.size()};
    if (view_.get(view_.self, &key, &value) != TALLY_OK) value.kind = TALLY_VALUE_NULL;
    return value;
  }
  tally_value get(std::string_view name, std::uint32_t kind) const {
    const tally_value value = find(name);
    if (value.kind == kind) return value;
    const auto option = "option '" + std::string(name) + "'";
    if (value.kind == TALLY_VALUE_NULL) {
      TALLY_THROW(
          Error(ErrorCode::InvalidConfig, option + " is not set and has no default, or is none of the plugin's"));
    } else {
      TALLY_THROW(Error(ErrorCode::PluginFault, "the plugin reads " + option + " as another type than it publishes"));
    }
    return {};
  }

  const tally_config& view_;
};

namespace detail {
/// The host's services; null before init. Hidden, so that each plugin file has its own. Plugins that are linked into
/// one program share it: their log lines carry the name of the one initialised last, and all are shut down together.
__attribute__((visibility("hidden"))) inline const tally_host* host = nullptr;
}  // namespace detail

enum class LogLevel : std::int32_t {
  Debug = TALLY_LOG_DEBUG,
  Info = TALLY_LOG_INFO,
  Warning = TALLY_LOG_WARNING,
  Error = TALLY_LOG_ERROR,
};

/// One line for the operator. Never a secret. Threads: any.
inline void log(LogLevel level, std::string_view text) {
  if (detail::host == nullptr) return;
  const tally_str line{text.data(), text.size()};
  detail::host->log(detail::host->self, static_cast<std::int32_t>(level), &line);
}

}  // namespace tally::sdk
