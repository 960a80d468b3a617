#include "s2/storage/listing.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "tally/path.hpp"

namespace tally::s2 {
namespace {

constexpr std::string_view kGreatest = "\xf4\x8f\xbf\xbf";  // the last code point: behind everything below a folder
constexpr std::size_t kWholePage = 1000, kSmallestPage = 128;

struct Probe {
  std::string stream, entry;
  bool is_directory;
  Pending names;
};

/// At most what a stream name may have, and whole code points.
std::string asPosition(std::string text) {
  if (text.size() <= kMaxStreamNameBytes) return text;
  std::size_t end = kMaxStreamNameBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace

bool Listing::deliver(const ListOptions& options, EntrySink& out, const Call& call) {
  const std::uint64_t limit = options.limit;
  start_after_ = options.start_after;
  if (limit != 0)
    page_size_ = std::clamp<std::uint64_t>(std::min<std::uint64_t>(limit, kWholePage) * 4, kSmallestPage, kWholePage);
  if (!start_after_.empty()) {
    position_ = asPosition(folder_ + start_after_);
    addEarlier(call);
  }
  while (!at_end_ && !isRead(limit)) readPage(call);
  if (!at_end_) addBetween(std::next(entries_.begin(), static_cast<std::ptrdiff_t>(limit) - 1)->first, call);
  std::uint64_t delivered = 0;
  for (const auto& [name, is_directory] : entries_) {
    if (limit != 0 && delivered == limit) return true;
    out.take(name, is_directory);
    ++delivered;
  }
  return false;
}

/// Whether the wanted entries and one more are there, and whatever is still to be read comes behind them, but for names
/// that addBetween() asks for.
bool Listing::isRead(std::uint64_t limit) const {
  if (limit == 0 || entries_.size() <= limit) return false;
  return std::next(entries_.begin(), static_cast<std::ptrdiff_t>(limit) - 1)->first <= passed_;
}

void Listing::readPage(const Call& call) {
  Pending pending = api_.beginNames(folder_, position_, page_size_);
  const NamePage page = api_.finishNames(pending, call);
  for (const auto& stream : page.names) take(stream);
  at_end_ = !page.has_more;
  if (at_end_) return;
  position_ = page.names.back().name;
  const std::string_view rest = std::string_view(position_).substr(folder_.size());
  const auto slash = rest.find('/');
  if (slash != rest.npos && entries_.find(rest.substr(0, slash)) != entries_.end()) {
    std::string behind = folder_ + std::string(rest.substr(0, slash + 1)) + std::string(kGreatest);
    if (behind.size() <= kMaxStreamNameBytes && behind > position_) position_ = std::move(behind);
  }
  passed_ = position_.substr(folder_.size());
}

void Listing::take(const StreamName& stream) {
  if (stream.deleted) return;
  const std::string_view rest = std::string_view(stream.name).substr(folder_.size());
  const auto slash = rest.find('/');
  if (slash != rest.npos) {
    if (path::problem(rest.substr(0, slash)).empty()) add(rest.substr(0, slash), true);
    return;
  }
  if (const auto name = logicalName(rest)) add(*name, false);
}

void Listing::add(std::string_view name, bool is_directory) {
  if (name <= start_after_) return;
  const auto [entry, is_new] = entries_.try_emplace(std::string(name), is_directory);
  if (!is_new && is_directory) entry->second = true;
}

/// Names of streams before `start_after_` whose keys come behind it: what it begins with, and ".json".
void Listing::addEarlier(const Call& call) {
  std::vector<Probe> probes;
  for (std::size_t size = 1; size <= start_after_.size(); ++size) {
    const auto next = size < start_after_.size() ? static_cast<unsigned char>(start_after_[size]) : 0;
    if (next > '.') continue;
    const std::string name = start_after_.substr(0, size);
    const auto logical = logicalName(name);
    if (!logical || *logical <= start_after_) continue;
    probes.push_back({folder_ + name, *logical, false, api_.beginNames(folder_ + name, "", 1)});
  }
  for (auto& probe : probes) {
    if (api_.finishExact(probe.stream, probe.names, call)) add(probe.entry, probe.is_directory);
  }
}

/// Names of streams behind the last one read whose keys come before `last`: what the last one begins with, and "." or
/// "/".
void Listing::addBetween(std::string_view last, const Call& call) {
  std::vector<Probe> probes;
  for (std::size_t size = 1; size < passed_.size(); ++size) {
    const auto next = static_cast<unsigned char>(passed_[size]);
    const std::string name = passed_.substr(0, size);
    if (next > '.' || name <= start_after_ || name >= last || !path::problem(name).empty()) continue;
    const std::string below = folder_ + name + '/', file = folder_ + name + '.';
    probes.push_back({below, name, true, api_.beginNames(below, "", 1)});
    if (next < '.') probes.push_back({file, name, false, api_.beginNames(file, "", 1)});
  }
  for (auto& probe : probes) {
    const bool found = probe.is_directory ? api_.finishAny(probe.stream, probe.names, call)
                                          : api_.finishExact(probe.stream, probe.names, call);
    if (found) add(probe.entry, probe.is_directory);
  }
}

}  // namespace tally::s2
