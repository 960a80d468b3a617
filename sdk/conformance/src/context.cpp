#include <signal.h>
#include <sys/resource.h>

#include <cstring>
#include <stdexcept>
#include <utility>

#include "tally/conformance/case.hpp"

namespace tally::conformance {

IStorage& Context::storage() {
  if (!storage_) storage_ = open();
  return *storage_;
}

std::shared_ptr<IStorage> Context::open() {
  auto opened = harness_.open();
  if (!opened) throw std::runtime_error("the harness returned no storage");
  return opened;
}

std::size_t Context::number(std::size_t low, std::size_t high) {
  return std::uniform_int_distribution<std::size_t>(low, high)(random_);
}

std::string Context::bytes(std::size_t size) {
  std::string result(size, '\0');
  std::size_t at = 0;
  for (; at + sizeof(std::uint64_t) <= size; at += sizeof(std::uint64_t)) {
    const std::uint64_t word = random_();
    std::memcpy(result.data() + at, &word, sizeof word);
  }
  for (; at < size; ++at) result[at] = static_cast<char>(random_());
  return result;
}

void limitFileSize(std::uint64_t bytes) {
  ::signal(SIGXFSZ, SIG_IGN);  // so that a write fails instead
  const rlimit limit{static_cast<rlim_t>(bytes), static_cast<rlim_t>(bytes)};
  ::setrlimit(RLIMIT_FSIZE, &limit);
}

void Context::skip(std::string reason) { throw Skip{std::move(reason)}; }

}  // namespace tally::conformance
