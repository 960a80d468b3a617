#pragma once
// Where a shared library tells the dynamic linker to look for the libraries that it needs.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tally::plugins {

/// The entries DT_RUNPATH and DT_RPATH of a library, where it has them.
struct RunPath {
  std::optional<std::string> runpath, rpath;

  struct Folder {
    std::filesystem::path path;
    bool own = false;  ///< begins at the library itself ($ORIGIN)
  };
  /// The folders in the order of the search, those of the RPATH only where there is no RUNPATH. `origin` is the
  /// folder of the library. Empty parts, which stand for the working directory, are left out.
  std::vector<Folder> folders(const std::filesystem::path& origin) const;
};

}  // namespace tally::plugins
