#pragma once
// What the host and its helper tally-plugin-probe agree on.

#include <string_view>

namespace tally::plugins {

inline constexpr const char* kProbeHelper = "tally-plugin-probe";
/// Where the helper answers.
inline constexpr int kProbeDescriptor = 3;
/// What it says when the plugin was loaded, or refused by the dynamic linker, and all is well.
inline constexpr std::string_view kProbeToken = "survived";

}  // namespace tally::plugins
