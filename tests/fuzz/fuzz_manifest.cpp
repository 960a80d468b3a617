// Manifests beside plugin files.

#include <string_view>

#include "fuzz/fuzz.hpp"
#include "plugins/file/plugin_manifest.hpp"
#include "tally/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    tally::plugins::parseManifest({reinterpret_cast<const char*>(data), size}, "/plugins/x.plugin.yaml");
  } catch (const tally::Error&) {
    return 0;
  }
  return 0;
}
