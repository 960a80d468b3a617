// How a plugin is opened: all of it bound, nothing of it shared, and for good.

#include "plugins/load/dynamic_library.hpp"

#include <dlfcn.h>

#include "plugins/plugin_copy.hpp"
#include "support/doctest.hpp"
#include "tally/plugin_abi.h"

using namespace tally;
using namespace tally::test;

TEST_CASE("opening: a symbol that nothing defines is refused at once, not at the first call") {
  const PluginCopy copy("undefined");
  REQUIRE(::dlopen(copy.file.c_str(), RTLD_LAZY | RTLD_LOCAL) != nullptr);  // it could be opened
  const PluginCopy other("undefined");
  CHECK(codeOf([&] { plugins::DynamicLibrary library(other.file); }) == ErrorCode::PluginLoadFailed);
}

TEST_CASE("opening: what a plugin exports is seen by nobody else, and it stays when its handle goes") {
  const PluginCopy copy("good");
  const auto loaded = [&] { return ::dlopen(copy.file.c_str(), RTLD_LAZY | RTLD_NOLOAD); };
  REQUIRE(loaded() == nullptr);
  {
    const plugins::DynamicLibrary library(copy.file);
    CHECK(bool(library.function<void()>(TALLY_PLUGIN_ENTRY)));
    CHECK(::dlsym(RTLD_DEFAULT, TALLY_PLUGIN_ENTRY) == nullptr);
  }
  CHECK(loaded() != nullptr);
}
