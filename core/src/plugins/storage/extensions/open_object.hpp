#pragma once
// Something that a plugin's ability has opened: a stream, a follower, a consumer, a lease.

#include <memory>
#include <string>
#include <utility>

#include "plugins/boundary/views.hpp"
#include "plugins/storage/extensions/first_release.hpp"
#include "plugins/storage/opened_storage.hpp"

namespace tally::plugins {

/// `Opened` is the C struct that the plugin has filled, `Ops` its table. Closes itself; keeps the storage open.
template <typename Opened, typename Ops>
class OpenObject {
 public:
  /// Errors: PluginBadDescriptor, and then it is not taken.
  OpenObject(std::shared_ptr<OpenedStorage> storage, std::string key, const Opened& opened, const char* what)
      : storage_(std::move(storage)), key_(std::move(key)), ops_(copyFunctions(opened.ops, what)), self_(opened.self) {}
  ~OpenObject() {
    if (storage_->isOfThisProcess()) callSlotAndLog(storage_->plugin().name(), ops_.close, self_);
  }
  OpenObject(const OpenObject&) = delete;
  OpenObject& operator=(const OpenObject&) = delete;

  const Ops& ops() const noexcept { return ops_; }
  void* self() const noexcept { return self_; }
  template <typename Action>
  auto guarded(const char* operation, Action&& action) const {
    return storage_->guarded(operation, key_, std::forward<Action>(action));
  }

 private:
  std::shared_ptr<OpenedStorage> storage_;
  std::string key_;
  Ops ops_;
  void* self_;
};

/// An `Opened` for the plugin to fill.
template <typename Opened>
Opened emptyObject() noexcept {
  Opened opened{};
  opened.struct_size = TALLY_END_OF(Opened, ops);  // NOLINT(bugprone-sizeof-expression): of the pointer
  return opened;
}

/// Printable ASCII without spaces, of 1 to `limit` bytes. Errors: InvalidArgument, naming it as `what`.
inline void checkWord(std::string_view word, std::size_t limit, const char* what) {
  const bool fine = !word.empty() && word.size() <= limit &&
                    word.find_first_not_of(
                        "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`"
                        "abcdefghijklmnopqrstuvwxyz{|}~") == word.npos;
  if (fine) return;
  throw Error(ErrorCode::InvalidArgument, std::string("the name of ") + what + " has 1 to " + std::to_string(limit) +
                                              " printable ASCII characters and no space");
}

}  // namespace tally::plugins
