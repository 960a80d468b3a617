// tally-plugin-probe FILE: load a plugin on trial, in a process of its own. See plugins/plugin_probe.hpp.
// It judges nothing: a refusal by the dynamic linker is told better by the host. It only lives or dies.

#include <unistd.h>

#include <cstdlib>

#include "plugins/load/dynamic_library.hpp"
#include "plugins/load/probe_protocol.hpp"
#include "tally/error.hpp"
#include "tally/plugin_abi.h"

namespace {

void load(const char* file) {
  try {
    using Entry = const tally_plugin*();
    const tally::plugins::DynamicLibrary library(file);
    auto* const entry = library.function<Entry>(TALLY_PLUGIN_ENTRY);
    const tally_str id{TALLY_STORAGE_FACTORY, sizeof TALLY_STORAGE_FACTORY - 1};
    const auto* const plugin = entry == nullptr ? nullptr : entry();
    const bool whole = plugin != nullptr && TALLY_HAS(plugin, tally_plugin, factory);
    if (whole && plugin->factory != nullptr) plugin->factory(&id);
  } catch (const tally::Error&) {
    return;
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return EXIT_FAILURE;
  load(arguments[1]);
  constexpr auto kToken = tally::plugins::kProbeToken;
  const bool said =
      ::write(tally::plugins::kProbeDescriptor, kToken.data(), kToken.size()) == static_cast<ssize_t>(kToken.size());
  ::_exit(said ? EXIT_SUCCESS : EXIT_FAILURE);
}
