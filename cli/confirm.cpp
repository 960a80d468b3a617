#include "confirm.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

#include "text.hpp"

namespace tally::cli {

bool confirmed(Context& context, const std::string& what, bool yes) {
  if (yes) return true;
  if (::isatty(STDIN_FILENO) != 1) {
    throw UsageError(
        fmt::format("removing {} from the {} needs --yes when there is no terminal to ask on", what, context.where()));
  }
  context.out.flush();
  writeError(fmt::format("remove {} from the {}? [y/N] ", escaped(what), context.where()));
  std::string answer;
  std::getline(std::cin, answer);
  if (answer == "y" || answer == "Y" || answer == "yes") return true;
  context.note("nothing removed");
  return false;
}

}  // namespace tally::cli
