#pragma once
// Keeps a listing, for mutants that spoil it.

#include <string>
#include <utility>
#include <vector>

#include "tally/storage.hpp"

namespace tally::test {

class Names final : public EntrySink {
 public:
  void take(std::string_view name, bool is_directory) override { entries.emplace_back(name, is_directory); }
  void giveTo(EntrySink& out) const {
    for (const auto& [name, is_directory] : entries) out.take(name, is_directory);
  }
  std::vector<std::pair<std::string, bool>> entries;
};

}  // namespace tally::test
