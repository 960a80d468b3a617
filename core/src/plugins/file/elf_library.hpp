#pragma once
// What a shared library needs and gives, read from its file.

#include <filesystem>

#include "tally/plugin_info.hpp"

namespace tally::plugins {

/// Of a file that passed the checks of ElfFile. Damage behind those checks gives shorter lists, never a fault.
/// Errors: those of opening it. Cost: the file is read once, for its hash.
PluginLibrary libraryOf(const std::filesystem::path& file);

}  // namespace tally::plugins
