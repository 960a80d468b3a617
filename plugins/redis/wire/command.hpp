#pragma once
// One command as the server reads it: a list of byte strings, each with its length in front.

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

#include "redis/lua/scripts.hpp"

namespace tally::redis {

/// Built argument by argument. Arguments are copied once. A value.
class Command {
 public:
  explicit Command(std::string_view name) : bytes_(kHeader, ' ') { arg(name); }

  /// The call of a script on `keys`; its arguments follow by arg().
  static Command call(const Script& script, std::initializer_list<std::string_view> keys) {
    Command command("EVALSHA");
    command.arg(script.digest());
    command.script_ = &script;
    command.after_script_ = command.bytes_.size();
    command.arg(keys.size());
    for (const auto key : keys) command.arg(key);
    return command;
  }

  Command& arg(std::string_view text) {
    char length[24] = {'$'};
    char* end = std::to_chars(length + 1, length + sizeof length - 2, text.size()).ptr;
    *end++ = '\r';
    *end++ = '\n';
    bytes_.append(length, end).append(text).append("\r\n", 2);
    ++count_;
    return *this;
  }
  template <typename Number, typename = std::enable_if_t<std::is_integral_v<Number>>>
  Command& arg(Number number) {
    return arg(std::string_view(std::to_string(number)));
  }
  /// Make room for `size` more bytes of arguments.
  Command& reserve(std::size_t size) {
    bytes_.reserve(bytes_.size() + size);
    return *this;
  }

  bool isScript() const noexcept { return script_ != nullptr; }
  const Script* script() const noexcept { return script_; }
  /// The same call with the script's text, for a server that has not seen it.
  Command withSource() const {
    Command command("EVAL");
    command.reserve(script_->source().size() + bytes_.size() + 32);
    command.arg(script_->source());
    command.bytes_.append(bytes_, after_script_);
    command.count_ = count_;
    return command;
  }

  /// What goes over the wire. Valid until the command changes.
  std::string_view bytes() noexcept {
    char header[kHeader + 1];
    const auto size = static_cast<std::size_t>(std::snprintf(header, sizeof header, "*%zu\r\n", count_));
    std::memcpy(bytes_.data() + kHeader - size, header, size);
    return std::string_view(bytes_).substr(kHeader - size);
  }

 private:
  static constexpr std::size_t kHeader = 24;  // room for the number of arguments, which is known last

  std::string bytes_;
  std::size_t count_ = 0;
  const Script* script_ = nullptr;
  std::size_t after_script_ = 0;
};

}  // namespace tally::redis
