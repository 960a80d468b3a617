#pragma once
// What the command line of tally-conformance says about the plugin, beside what every program of the kit understands.

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tally/conformance/harness.hpp"

namespace CLI {
class App;
}

namespace tally::conformance {

using OptionValues = std::vector<std::pair<std::string, std::string>>;

struct Settings {
  std::filesystem::path file;           ///< the plugin, absolute
  std::filesystem::path config;         ///< a tally.yaml, or empty
  OptionValues set;                     ///< options of the plugin, or dotted keys of the configuration
  OptionValues proxied;                 ///< options that name the server, with the HOST:PORT in each
  std::map<Wrong, OptionValues> wrong;  ///< options that make a configuration wrong in one way
  std::map<Reply, std::string> replies;
  std::string plant;  ///< a shell command that puts something foreign under $KEY of $PLACE
  std::vector<std::string> internal_names;
  std::vector<Deviation> deviations;
  std::filesystem::path dir;  ///< where {dir} is made; empty: the system's temporary folder
  bool erase = false;         ///< a store that is not empty is emptied
};

/// Add the options to `app`. The values are checked and taken over while it parses.
void describe(CLI::App& app, Settings& settings);

}  // namespace tally::conformance
