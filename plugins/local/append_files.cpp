#include "append_files.hpp"

namespace tally::local {

AppendFiles::File AppendFiles::find(std::string_view key) {
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->file;
}

void AppendFiles::keep(std::string_view key, File file) {
  File closed_outside;
  const std::lock_guard lock(mutex_);
  if (entries_.size() == kCapacity) {
    by_key_.erase(entries_.back().key);
    closed_outside = std::move(entries_.back().file);
    entries_.pop_back();
  }
  entries_.push_front({std::string(key), std::move(file)});
  by_key_[entries_.front().key] = entries_.begin();
}

void AppendFiles::drop(std::string_view key) {
  File closed_outside;
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  const auto entry = found->second;
  by_key_.erase(found);
  closed_outside = std::move(entry->file);
  entries_.erase(entry);
}

}  // namespace tally::local
