#include "config/names.hpp"

#include <algorithm>
#include <array>

#include "config/text.hpp"

namespace tally::config {
namespace {

bool looksSecret(std::string_view name) {
  static constexpr std::array<std::string_view, 5> kWords{"token", "secret", "password", "passwd", "key"};
  const std::string lower = lowerCase(name);
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return lower.find(word) != lower.npos; });
}

}  // namespace

bool isBackendName(std::string_view name) noexcept {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto rest = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= 32 && letter(name.front()) && std::all_of(name.begin(), name.end(), rest);
}

std::string shownValue(std::string_view name, std::string_view value) {
  const bool may_hold_credentials = value.find('@') != value.npos;
  if (looksSecret(name) || may_hold_credentials) return "(hidden)";
  return "'" + printable(value) + "'";
}

}  // namespace tally::config
