#include "local/files/append_files.hpp"

namespace tally::local {

AppendFile AppendFiles::find(std::string_view key) {
  const std::lock_guard lock(mutex_);
  if (!entries_.empty() && entries_.front().key == key) return entries_.front().file;
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return {};
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->file;
}

void AppendFiles::keep(std::string_view key, AppendFile file) {
  drop(key);
  AppendFile closed_outside;
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
  AppendFile closed_outside;
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  const auto entry = found->second;
  by_key_.erase(found);
  closed_outside = std::move(entry->file);
  entries_.erase(entry);
}

}  // namespace tally::local
