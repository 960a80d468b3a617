#include "plugins/file/plugin_note.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "config/names.hpp"
#include "plugins/file/machine.hpp"
#include "tally/error.hpp"
#include "tally/plugin_abi.h"

namespace tally::plugins {
namespace {

using nlohmann::json;
using Type = PluginOption::Type;

constexpr std::array<std::string_view, 6> kTypeNames = {"flag", "integer", "number", "text", "path", "list"};

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorCode::PluginNoNote, "the tally note " + why + ": ask the plugin's author for a right one");
}

// The member of that name, or null. One of another type is no note: `"secret": "true"`, passed by, would show a
// password.
const json* memberOf(const json& object, const char* name, bool (json::*is_right)() const noexcept, const char* what) {
  const auto found = object.find(name);
  if (found == object.end()) return nullptr;
  if (!((*found).*is_right)()) refuse(std::string("has a member '") + name + "' that is not " + what);
  return &*found;
}

std::string textOf(const json& object, const char* name) {
  const json* const text = memberOf(object, name, &json::is_string, "text");
  return text == nullptr ? std::string() : text->get<std::string>();
}

bool flagOf(const json& object, const char* name) {
  const json* const flag = memberOf(object, name, &json::is_boolean, "true or false");
  return flag != nullptr && flag->get<bool>();
}

std::optional<double> numberOf(const json& object, const char* name) {
  const json* const number = memberOf(object, name, &json::is_number, "a number");
  return number == nullptr ? std::nullopt : std::optional(number->get<double>());
}

std::vector<std::string> textsOf(const json& object, const char* name) {
  std::vector<std::string> texts;
  const json* const list = memberOf(object, name, &json::is_array, "a list");
  if (list == nullptr) return texts;
  for (const json& one : *list) {
    if (!one.is_string()) refuse(std::string("has something else than texts in '") + name + "'");
    texts.push_back(one.get<std::string>());
  }
  return texts;
}

Type typeOf(const std::string& name) {
  const auto found = std::find(kTypeNames.begin(), kTypeNames.end(), name);
  if (found == kTypeNames.end()) refuse("has an option of the unknown type '" + name + "'");
  return static_cast<Type>(found - kTypeNames.begin());
}

PluginOption optionOf(const json& object) {
  if (!object.is_object()) refuse("has an option that is not an object");
  PluginOption option;
  option.name = textOf(object, "name");
  if (option.name.empty()) refuse("has an option without a name");
  option.type = typeOf(textOf(object, "type"));
  option.doc = textOf(object, "doc");
  option.required = flagOf(object, "required");
  option.secret = flagOf(object, "secret");
  option.minimum = numberOf(object, "minimum");
  option.maximum = numberOf(object, "maximum");
  option.choices = textsOf(object, "choices");
  if (const json* const found = memberOf(object, "default", &json::is_primitive, "a single value")) {
    if (found->is_null()) refuse("has an option with the default null; leave it out");
    option.default_value = found->is_string() ? found->get<std::string>() : found->dump();
  }
  return option;
}

// "1.0" into major and minor.
void readAbi(PluginNote& note, const std::string& text) {
  const char* const end = text.data() + text.size();
  const auto major = std::from_chars(text.data(), end, note.abi_major);
  if (major.ec == std::errc() && major.ptr != end && *major.ptr == '.') {
    const auto minor = std::from_chars(major.ptr + 1, end, note.abi_minor);
    if (minor.ec == std::errc() && minor.ptr == end) return;
  }
  refuse("has no version of the plugin interface");
}

}  // namespace

PluginNote parseNote(std::string_view text) {
  const json parsed = json::parse(text, nullptr, false);
  if (!parsed.is_object()) refuse("is not a JSON object");
  PluginNote note;
  note.text = text;
  readAbi(note, textOf(parsed, "abi"));
  note.name = textOf(parsed, "name");
  if (!config::isBackendName(note.name)) refuse("names the plugin '" + note.name + "', which is no plugin name");
  note.version = textOf(parsed, "version");
  note.summary = textOf(parsed, "summary");
  note.vendor = textOf(parsed, "vendor");
  note.license = textOf(parsed, "license");
  note.platform = textOf(parsed, "platform");
  note.sdk = textOf(parsed, "sdk");
  if (const auto minimum = numberOf(parsed, "minHost")) {
    note.min_host_minor = static_cast<std::uint32_t>(std::clamp(*minimum, 0.0, 65535.0));
  }
  note.extensions = textsOf(parsed, "extensions");
  if (const json* const options = memberOf(parsed, "options", &json::is_array, "a list")) {
    for (const json& one : *options) note.options.push_back(optionOf(one));
  }
  return note;
}

void checkMinHost(std::uint32_t minor) {
  if (minor <= TALLY_ABI_MINOR) return;
  throw Error(ErrorCode::PluginNeedsNewerHost, "the plugin needs a host of version 1." + std::to_string(minor) +
                                                   ", this one is 1." + std::to_string(TALLY_ABI_MINOR) +
                                                   ": upgrade the host");
}

void checkNote(const PluginNote& note, std::string_view expected) {
  if (!expected.empty() && note.name != expected) {
    throw Error(ErrorCode::PluginNameMismatch, "the file says that it is '" + note.name + "', not '" +
                                                   std::string(expected) + "': was it renamed? Name it libtally_" +
                                                   note.name + ".so");
  }
  if (note.abi_major != TALLY_ABI_MAJOR) {
    const bool newer = note.abi_major > TALLY_ABI_MAJOR;
    throw Error(ErrorCode::PluginWrongVersion,
                "the plugin speaks version " + std::to_string(note.abi_major) + " of the plugin interface, this host " +
                    std::to_string(TALLY_ABI_MAJOR) + ": upgrade the " + (newer ? "host" : "plugin"));
  }
  checkMinHost(note.min_host_minor);
  if (!note.platform.empty() && note.platform != kPlatform) {
    throw Error(ErrorCode::PluginWrongPlatform, "the plugin was built for " + note.platform + ", this host is " +
                                                    kPlatform + ": get the build for this platform");
  }
}

}  // namespace tally::plugins

namespace tally {

std::string_view nameOf(PluginOption::Type type) noexcept {
  return plugins::kTypeNames[static_cast<std::size_t>(type)];
}

}  // namespace tally
