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

}  // namespace tally::test
