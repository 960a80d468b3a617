#pragma once
// How a key of the store is called on the server, and back. The rule is reversible for every legal key:
//
//   conversations/c-1/conversation.jsonl   <->  tally:conversations:c-1:conversation
//   conversations/c-1/runs/tally/r-1.json  <->  tally:conversations:c-1:runs:tally:r-1
//
// Segments are joined by ':', with '%' and ':' inside one written '%25' and '%3A'. The extension of the last segment is
// dropped: '.jsonl' of 'conversation', '.json' of a name without other dots; a name that would be mistaken for such a
// one gets a '.' at its end. Names of our own hold a '%' before another letter, which no object's name does.

#include <optional>
#include <string>
#include <string_view>

namespace tally::redis {

class KeyNames {
 public:
  /// Errors: InvalidConfig for a prefix that is not empty and does not end in ':', since it would run
  /// into the names, or whose braces would put the keys of one object into different slots of a cluster.
  explicit KeyNames(std::string prefix);

  const std::string& prefix() const noexcept { return prefix_; }
  /// The stream of an object.
  std::string stream(std::string_view key) const;
  /// The key of an object whose stream is called so; nothing for names of our own and of others.
  std::optional<std::string> key(std::string_view stream) const;

  /// What the sorted set of each directory begins with; the directory's path follows. All are in one slot.
  const std::string& indexRoot() const noexcept { return index_root_; }
  /// The sorted set of entries that have to be looked at again. In the slot of the index.
  const std::string& doubts() const noexcept { return doubts_; }
  /// The tokens of an object's appends. In the slot of its stream.
  std::string tokens(std::string_view stream) const;

 private:
  std::string prefix_, index_root_, doubts_;
};

/// The last segment as it stands on the server, without '%' and ':' written otherwise.
std::string physicalName(std::string_view segment);
/// The inverse of physicalName.
std::string logicalName(std::string_view name);

}  // namespace tally::redis
