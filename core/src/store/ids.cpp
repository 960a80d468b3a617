#include <array>
#include <chrono>
#include <cstdio>
#include <random>

#include "store/layout.hpp"
#include "tally/tally_store.hpp"

namespace tally {

std::string_view idProblem(std::string_view id) noexcept {
  constexpr std::size_t kMaxBytes = 128;
  return id.size() > kMaxBytes ? "it is longer than 128 bytes" : layout::nameProblem(id);
}

std::string newRunId() {
  constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";
  constexpr int kRandomDigits = 7;
  using std::chrono::system_clock;
  const auto time = std::chrono::floor<std::chrono::milliseconds>(system_clock::now().time_since_epoch()).count();
  std::array<char, 32> head = {};
  const int size = std::snprintf(head.data(), head.size(), "run-%013lld-", static_cast<long long>(time));
  std::string id(head.data(), static_cast<std::size_t>(size));
  std::random_device random;
  std::uniform_int_distribution<std::size_t> digit(0, kDigits.size() - 1);
  for (int i = 0; i < kRandomDigits; ++i) id += kDigits[digit(random)];
  return id;
}

}  // namespace tally
