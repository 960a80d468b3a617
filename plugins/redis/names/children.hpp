#pragma once
// One page of a listing, apart by kind.

#include <string>
#include <string_view>
#include <vector>

#include "tally/storage.hpp"

namespace tally::redis {

struct Children final : EntrySink {
  explicit Children(std::string_view directory) : prefix(directory) {
    if (!prefix.empty()) prefix += '/';
  }
  void take(std::string_view name, bool is_directory) override {
    last = name;
    (is_directory ? directories : objects).push_back(prefix + last);
  }

  std::string prefix;                             ///< of the keys
  std::string last;                               ///< the last name, to go on behind it
  std::vector<std::string> objects, directories;  ///< their keys
};

}  // namespace tally::redis
