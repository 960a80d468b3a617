#pragma once
// One form for every error of this room: "tally.yaml:4:12: what is wrong and what would be right".

#include <string>

#include "tally/config.hpp"
#include "tally/error.hpp"

namespace tally::config {

[[noreturn]] inline void fail(ErrorCode code, const Origin& where, const std::string& what) {
  throw Error(code, where.toString() + ": " + what);
}

}  // namespace tally::config
