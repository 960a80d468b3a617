#pragma once
// Mutants that get list wrong. Each shows only the method that it spoils.

#include <algorithm>

#include "forwarding_storage.hpp"
#include "names_sink.hpp"

namespace tally::test {

class FirstPageOnly final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    ListOptions page = options;
    if (page.limit == 0 || page.limit > 1000) page.limit = 1000;
    good().list(directory, page, out, call);
    return false;
  }
};

class PrefixBleed final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    Names names;
    const bool more = good().list(directory, options, names, call);
    const auto above = path::parent(directory);
    Names siblings;
    if (!directory.empty()) good().list(above, {}, siblings, call);
    for (const auto& [name, is_directory] : siblings.entries) {
      const std::string sibling = above.empty() ? name : path::join({above, name});
      if (is_directory && sibling != directory && sibling.rfind(directory, 0) == 0)
        good().list(sibling, {}, names, call);
    }
    names.giveTo(out);
    return more;
  }
};

class Unsorted final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    Names names;
    const bool more = good().list(directory, options, names, call);
    std::reverse(names.entries.begin(), names.entries.end());
    names.giveTo(out);
    return more;
  }
};

class Doubled final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    Names names;
    const bool more = good().list(directory, options, names, call);
    for (const auto& [name, is_directory] : names.entries) {
      out.take(name, is_directory);
      if (is_directory) out.take(name, is_directory);
    }
    return more;
  }
};

class PageLosesNext final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    if (options.start_after.empty()) return good().list(directory, options, out, call);
    Names names;
    const bool more = good().list(directory, options, names, call);
    if (more) names.entries.erase(names.entries.begin());
    names.giveTo(out);
    return more;
  }
};

/// A star at the end of a directory's name stands for anything.
class GlobDirectories final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    if (directory.empty() || directory.back() != '*') return good().list(directory, options, out, call);
    const std::string begin(directory.substr(0, directory.size() - 1));
    Names siblings, names;
    good().list(path::parent(directory), {}, siblings, call);
    for (const auto& [name, is_directory] : siblings.entries) {
      const auto above = path::parent(directory);
      const std::string sibling = above.empty() ? name : path::join({above, name});
      if (sibling.rfind(begin, 0) == 0) good().list(sibling, options, names, call);
    }
    names.giveTo(out);
    return false;
  }
};

class NothingListedIsAnError final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    if (!good().stat(directory, call)) throw Error(ErrorCode::NotFound, "no such directory");
    return good().list(directory, options, out, call);
  }
};

/// As a shell does it.
class FilesListThemselves final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    const auto found = good().stat(directory, call);
    if (!found || found->is_directory) return good().list(directory, options, out, call);
    out.take(path::basename(directory), false);
    return false;
  }
};

class ShowsWholeKeys final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    Names names;
    const bool more = good().list(directory, options, names, call);
    for (const auto& [name, is_directory] : names.entries) {
      out.take(directory.empty() ? name : path::join({directory, name}), is_directory);
    }
    return more;
  }
};

class ShowsItself final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    if (!directory.empty() && good().stat(directory, call)) out.take(".", true);
    return good().list(directory, options, out, call);
  }
};

/// Shows what comes first among all keys below.
class LooksAtFiveThousand final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    Names names;
    const bool more = good().list(directory, options, names, call);
    std::size_t looked = 0;
    for (const auto& [name, is_directory] : names.entries) {
      if (looked < 5000) out.take(name, is_directory);
      Names below;
      if (is_directory) good().list(directory.empty() ? name : path::join({directory, name}), {}, below, call);
      looked += 1 + below.entries.size();
    }
    return more;
  }
};

/// A page is what stands at so many places, whatever came or went before it.
class PagesByNumber final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    constexpr std::size_t kPage = 100;
    if (options.limit != 0) return good().list(directory, options, out, call);
    for (std::size_t begin = 0;; begin += kPage) {
      Names names;
      good().list(directory, options, names, call);
      const auto end = std::min(names.entries.size(), begin + kPage);
      for (auto i = begin; i < end; ++i) out.take(names.entries[i].first, names.entries[i].second);
      if (begin + kPage >= names.entries.size()) return false;
      letOthersLook();
    }
  }
  bool remove(std::string_view key, const RemoveOptions& options, const Call& call) override {
    letOthersLook();  // or all are gone before the second page
    return good().remove(key, options, call);
  }
};

/// Where the entry before it is gone.
class PageBeginsAnew final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    const std::string after(options.start_after);
    if (after.empty() || good().stat(directory.empty() ? after : path::join({directory, after}), call)) {
      return good().list(directory, options, out, call);
    }
    return good().list(directory, {"", options.limit}, out, call);
  }
};

class PageHoldsThePlace final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    const std::string after(options.start_after);
    const std::string key = directory.empty() ? after : path::join({directory, after});
    const auto found = after.empty() ? std::nullopt : good().stat(key, call);
    if (found) out.take(after, found->is_directory);
    return good().list(directory, options, out, call);
  }
};

class FullPageMeansMore final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    Names names;
    good().list(directory, options, names, call);
    names.giveTo(out);
    return options.limit != 0 && names.entries.size() == options.limit;
  }
};

/// Shows a directory by the files in it.
class NeedsFilesInside final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    Names names;
    const bool more = good().list(directory, options, names, call);
    for (const auto& [name, is_directory] : names.entries) {
      Names below;
      if (is_directory) good().list(directory.empty() ? name : path::join({directory, name}), {}, below, call);
      const bool shown =
          std::any_of(below.entries.begin(), below.entries.end(), [](const auto& e) { return !e.second; });
      if (shown || !is_directory) out.take(name, is_directory);
    }
    return more;
  }
};

/// Asks for the names of all that there is, in pages of ten, and picks out.
class WalksThroughAll final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    walk("");
    return good().list(directory, options, out, call);
  }

 private:
  void walk(const std::string& directory) {
    Names names;
    good().list(directory, {}, names, {});
    for (std::size_t i = 0; i < names.entries.size(); ++i) {
      const auto& [name, is_directory] = names.entries[i];
      if (i % 10 == 9) std::this_thread::sleep_for(std::chrono::microseconds(50));
      if (is_directory) walk(directory.empty() ? name : path::join({directory, name}));
    }
  }
};

/// What it keeps of its own beside the objects.
class ShowsItsMark final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    if (directory.empty() && options.start_after.empty()) out.take(".mark", false);
    return good().list(directory, options, out, call);
  }
};

}  // namespace tally::test
