#pragma once
// Runs tally-conformance as people do, and keeps what it says.

#include <sys/wait.h>

#include <cstdio>
#include <string>

#include "support/doctest.hpp"

namespace tally::test {

struct Ended {
  int code;
  std::string output;
};

inline std::string quoted(const std::string& text) { return " '" + text + "'"; }

/// With what stands behind tally-conformance in a shell. What it says is both streams, but where `arguments` send one.
inline Ended kit(const std::string& arguments) {
  const std::string command = "(" + std::string(TALLY_CONFORMANCE_TOOL) + " " + arguments + ") 2>&1";
  std::FILE* const stream = ::popen(command.c_str(), "r");
  REQUIRE(stream != nullptr);
  Ended ended{-1, {}};
  char buffer[4096];
  for (std::size_t got; (got = std::fread(buffer, 1, sizeof buffer, stream)) != 0;) ended.output.append(buffer, got);
  const int status = ::pclose(stream);
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ended;
}

inline Ended kitOn(const std::string& plugin, const std::string& arguments) {
  return kit(quoted(plugin) + " --set plugins.trust=relaxed " + arguments);
}

inline bool says(const Ended& ended, const std::string& words) { return ended.output.find(words) != std::string::npos; }

}  // namespace tally::test
