#pragma once
// The ELF note of a plugin, rendered from its PluginInfo by the compiler: type TALLY_NOTE_TYPE, owner "tally", and a
// JSON object as descriptor. It is in the file, not in code, so the host reads it without loading anything.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tally/plugin_abi.h"
#include "tally/sdk/option.hpp"

namespace tally::sdk::detail {

inline constexpr std::string_view kSdkVersion = "0.1.0";

constexpr std::string_view platform() {
#if defined(__x86_64__) && defined(__GLIBC__)
  return "linux-x86_64-glibc";
#elif defined(__aarch64__) && defined(__GLIBC__)
  return "linux-aarch64-glibc";
#elif defined(__x86_64__)
  return "linux-x86_64-other";
#else
  return "linux-aarch64-other";
#endif
}

/// Writes JSON into a buffer, or only counts when there is none.
class JsonWriter {
 public:
  constexpr explicit JsonWriter(char* out) : out_(out) {}
  constexpr std::size_t size() const { return size_; }
  constexpr void raw(std::string_view text) {
    for (const char c : text) raw(c);
  }
  constexpr void raw(char c) {
    if (out_ != nullptr) out_[size_] = c;
    ++size_;
  }
  constexpr void string(std::string_view text) {
    raw('"');
    for (const char c : text) {
      if (c == '"' || c == '\\') raw('\\');
      raw(static_cast<unsigned char>(c) < 0x20 ? ' ' : c);
    }
    raw('"');
  }
  constexpr void integer(std::int64_t value) {
    char digits[20] = {};
    std::size_t n = 0;
    std::uint64_t rest = value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    do digits[n++] = static_cast<char>('0' + rest % 10);
    while ((rest /= 10) != 0);
    if (value < 0) raw('-');
    while (n > 0) raw(digits[--n]);
  }
  constexpr void key(std::string_view name, bool first = false) {
    if (!first) raw(',');
    string(name);
    raw(':');
  }

 private:
  char* out_;
  std::size_t size_ = 0;
};

constexpr std::string_view typeName(Option::Type type) {
  constexpr std::string_view kNames[] = {"flag", "integer", "number", "text", "path", "list"};
  return kNames[static_cast<std::size_t>(type)];
}

constexpr void writeDefault(JsonWriter& out, const Option& option) {
  if (!option.has_default) return;
  out.key("default");
  if (option.type == Option::Type::Flag) {
    out.raw(option.default_integer != 0 ? "true" : "false");
  } else if (option.type == Option::Type::Integer ||
             (option.type == Option::Type::Number && option.default_text.empty())) {
    out.integer(option.default_integer);
  } else if (option.type == Option::Type::Number) {
    out.raw(option.default_text);
  } else {
    out.string(option.default_text);
  }
}

constexpr void writeOption(JsonWriter& out, const Option& option) {
  out.raw('{');
  out.key("name", true), out.string(option.name);
  out.key("type"), out.string(typeName(option.type));
  writeDefault(out, option);
  if (option.is_required) out.key("required"), out.raw("true");
  if (option.is_secret) out.key("secret"), out.raw("true");
  if (option.has_range) {
    out.key("minimum"), out.integer(option.minimum);
    out.key("maximum"), out.integer(option.maximum);
  }
  for (std::size_t i = 0; i < option.choice_count; ++i) {
    if (i == 0) out.key("choices"), out.raw('[');
    if (i != 0) out.raw(',');
    out.string(option.choices[i]);
    if (i + 1 == option.choice_count) out.raw(']');
  }
  out.key("doc"), out.string(option.doc);
  out.raw('}');
}

constexpr std::size_t writeNote(char* buffer, const PluginInfo& info) {
  JsonWriter out(buffer);
  out.raw("{\"abi\":\""), out.integer(TALLY_ABI_MAJOR), out.raw('.'), out.integer(TALLY_ABI_MINOR), out.raw('"');
  out.key("minHost"), out.integer(info.min_host_minor);
  out.key("name"), out.string(info.name);
  out.key("version"), out.string(info.version);
  out.key("summary"), out.string(info.summary);
  out.key("vendor"), out.string(info.vendor);
  out.key("license"), out.string(info.license);
  out.key("platform"), out.string(platform());
  out.key("sdk"), out.string(kSdkVersion);
  out.key("extensions"), out.raw('[');
  for (std::size_t i = 0; i < info.extension_count; ++i) {
    if (i != 0) out.raw(',');
    out.string(info.extensions[i]);
  }
  out.raw(']');
  out.key("options"), out.raw('[');
  for (std::size_t i = 0; i < info.option_count; ++i) {
    if (i != 0) out.raw(',');
    writeOption(out, info.options[i]);
  }
  out.raw("]}");
  return out.size();
}

constexpr bool isPluginName(std::string_view name) {
  if (name.empty() || name.size() > 32 || name[0] < 'a' || name[0] > 'z') return false;
  for (const char c : name) {
    if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_') return false;
  }
  return true;
}

/// The note as it lies in the file: header, owner padded to 8 bytes, text padded to 4.
template <std::size_t TextSize>
struct Note {
  std::uint32_t owner_size = sizeof(TALLY_NOTE_OWNER);
  std::uint32_t text_size = TextSize;
  std::uint32_t type = TALLY_NOTE_TYPE;
  char owner[8] = {'t', 'a', 'l', 'l', 'y', 0, 0, 0};
  char text[(TextSize + 3) / 4 * 4] = {};
};

template <std::size_t TextSize>
constexpr Note<TextSize> makeNote(const PluginInfo& info) {
  Note<TextSize> note;
  writeNote(note.text, info);
  return note;
}

}  // namespace tally::sdk::detail
