#pragma once
// The server-side steps, written in Lua, in the files beside this one, and called by their digest.

#include <initializer_list>
#include <string>
#include <string_view>

namespace tally::redis {

/// One script: parts that are joined, a line feed behind each. Immutable.
class Script {
 public:
  Script(std::initializer_list<std::string_view> parts);
  const std::string& source() const noexcept { return source_; }
  /// The SHA-1 of the source, in 40 lower-case hexadecimal digits: by it the server calls a script that it knows.
  const std::string& digest() const noexcept { return digest_; }

 private:
  std::string source_, digest_;
};

/// What each does, its keys and its arguments, is said in the head of its file.
struct Scripts {
  Script write, append, range;  ///< on the stream; the first two also on the index, where it is on the same server
  Script remove;                ///< on both
  Script drop;                  ///< on the stream, in a cluster
  Script note;                  ///< on the tokens
  Script claim, confirm, doubt, settle, link, unlink;  ///< on the index

  /// Threads: any. Lives for ever.
  static const Scripts& all();
};

}  // namespace tally::redis
