#pragma once
// The configuration as a flat list of values with their origins, safe to show.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tally/config.hpp"
#include "tally/json.hpp"
#include "tally/plugin_info.hpp"

namespace tally::cli {

struct ConfigValue {
  std::string key;     ///< dotted
  Json value;          ///< masked where it is a secret
  std::string origin;  ///< "tally.yaml:4:12", "default", ...
};

/// Every value that holds, in the order of the file format. Secrets are ******: what plugins declare as secret,
/// passwords inside URLs, and all text of a section whose plugin can't be found to say which options are secret.
std::vector<ConfigValue> configValues(const Config& config);

/// What is not wrong, but probably not meant: shared options that the backend does not know, variables
/// for a backend that nobody chose, folders and pins without plugin.
std::vector<std::string> configWarnings(const Config& config);

/// `text` with the password of a URL hidden: redis://user:******@host. Passwords may hold any sign, and a text several
/// URLs, so all up to the last '@' is hidden: rather too much than too little.
std::string withoutPassword(const std::string& text);

}  // namespace tally::cli
