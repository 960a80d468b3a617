#pragma once
// An open shared library. The only place that knows Boost.DLL.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace tally::plugins {

/// Opened with all symbols bound, none shared, and never unloaded: code of a library may be referred to from anywhere
/// (threads, error texts, thread-local destructors), so unloading can't be made safe.
class DynamicLibrary {
 public:
  /// Errors: PluginLoadFailed with the dynamic linker's own words and, where known, what to do. Runs the library's
  /// constructors.
  explicit DynamicLibrary(const std::filesystem::path& path);
  DynamicLibrary(const DynamicLibrary&) = delete;
  DynamicLibrary& operator=(const DynamicLibrary&) = delete;
  ~DynamicLibrary();

  /// Libraries that it carries in its own folder ($ORIGIN), but for which the process had another one already: the
  /// dynamic linker goes by the name alone. One sentence each.
  std::vector<std::string> foreignLibraries() const;

  /// A function exported by this very file, not by a library it needs; null when there is none.
  template <typename Function>
  Function* function(const char* name) const {
    return reinterpret_cast<Function*>(ownFunction(name));
  }

 private:
  using AnyFunction = void();
  AnyFunction* ownFunction(const char* name) const;
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

}  // namespace tally::plugins
