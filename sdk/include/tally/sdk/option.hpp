#pragma once
// What a plugin says of itself and of its options. All constexpr: it becomes the ELF note that the host reads without
// running code, and by which it checks a configuration before the plugin is asked for a storage.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tally::sdk {

/// One option. Built by the named constructors below, refined by the members:
///   Option::integer("poolSize", "Connections kept open.").between(1, 64).byDefault(8)
struct Option {
  enum class Type : std::uint8_t { Flag, Integer, Number, Text, Path, List };
  static constexpr std::size_t kMaxChoices = 8;

  std::string_view name, doc;
  Type type = Type::Text;
  bool is_required = false, is_secret = false, has_default = false, has_range = false;
  std::int64_t minimum = 0, maximum = 0;
  std::int64_t default_integer = 0;  ///< also of flags, and of numbers without a text
  std::string_view default_text;     ///< also of numbers, as written
  std::string_view choices[kMaxChoices] = {};
  std::size_t choice_count = 0;

  static constexpr Option flag(std::string_view name, std::string_view doc) { return make(name, Type::Flag, doc); }
  static constexpr Option integer(std::string_view name, std::string_view doc) {
    return make(name, Type::Integer, doc);
  }
  static constexpr Option number(std::string_view name, std::string_view doc) { return make(name, Type::Number, doc); }
  static constexpr Option text(std::string_view name, std::string_view doc) { return make(name, Type::Text, doc); }
  /// A file or folder; relative ones are made absolute by the host, from the configuration file's folder.
  static constexpr Option path(std::string_view name, std::string_view doc) { return make(name, Type::Path, doc); }
  /// A list of texts.
  static constexpr Option list(std::string_view name, std::string_view doc) { return make(name, Type::List, doc); }

  constexpr Option required() const {
    Option o = *this;
    o.is_required = true;
    return o;
  }
  /// Never shown in messages, logs or dumps.
  constexpr Option secret() const {
    Option o = *this;
    o.is_secret = true;
    return o;
  }
  constexpr Option between(std::int64_t low, std::int64_t high) const {
    Option o = *this;
    o.has_range = true;
    o.minimum = low;
    o.maximum = high;
    return o;
  }
  /// Of a flag.
  constexpr Option byDefault(bool value) const {
    if (type != Type::Flag) aDefaultMustFitItsType();
    return withDefault(value ? 1 : 0);
  }
  /// Of an integer, or of a number that happens to be whole.
  constexpr Option byDefault(int value) const { return byDefault(static_cast<std::int64_t>(value)); }
  constexpr Option byDefault(std::int64_t value) const {
    if (type != Type::Integer && type != Type::Number) aDefaultMustFitItsType();
    return withDefault(value);
  }
  /// Of a text, a path, a list of one text, or of a number as JSON writes it.
  constexpr Option byDefault(const char* value) const {
    if (type == Type::Flag || type == Type::Integer) aDefaultMustFitItsType();
    Option o = *this;
    o.has_default = true;
    o.default_text = value;
    return o;
  }
  /// The only texts allowed; at most kMaxChoices of them.
  template <typename... Texts>
  constexpr Option oneOf(Texts... texts) const {
    static_assert(sizeof...(texts) <= kMaxChoices, "an option has at most 8 choices");
    Option o = *this;
    o.choice_count = 0;
    ((o.choices[o.choice_count++] = texts), ...);
    return o;
  }

 private:
  // Not constexpr on purpose: an option table that comes here does not compile.
  static void aDefaultMustFitItsType() {}

  constexpr Option withDefault(std::int64_t value) const {
    Option o = *this;
    o.has_default = true;
    o.default_integer = value;
    return o;
  }
  static constexpr Option make(std::string_view name, Type type, std::string_view doc) {
    Option o;
    o.name = name;
    o.type = type;
    o.doc = doc;
    return o;
  }
};

/// Who a plugin is. Aggregate; `name` must be that of the file libtally_<name>.so.
struct PluginInfo {
  std::string_view name, version, summary;
  std::string_view vendor = {}, license = {};
  const Option* options = nullptr;
  std::size_t option_count = 0;
  const std::string_view* extensions = nullptr;  ///< ids of optional abilities that storages may offer
  std::size_t extension_count = 0;
  std::uint32_t min_host_minor = 0;
  bool one_call_at_a_time = false;  ///< the class is not thread-safe: the host takes a lock around each call

  constexpr PluginInfo by(std::string_view who, std::string_view under) const {
    PluginInfo i = *this;
    i.vendor = who;
    i.license = under;
    return i;
  }
  template <std::size_t N>
  constexpr PluginInfo with(const Option (&list)[N]) const {
    PluginInfo i = *this;
    i.options = list;
    i.option_count = N;
    return i;
  }
  template <std::size_t N>
  constexpr PluginInfo offering(const std::string_view (&ids)[N]) const {
    PluginInfo i = *this;
    i.extensions = ids;
    i.extension_count = N;
    return i;
  }
  constexpr PluginInfo oneCallAtATime() const {
    PluginInfo i = *this;
    i.one_call_at_a_time = true;
    return i;
  }
};

}  // namespace tally::sdk
