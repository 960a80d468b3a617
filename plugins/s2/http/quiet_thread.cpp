#include "http/quiet_thread.hpp"

#include <utility>

#include "tally/sdk/quiet_thread.hpp"

namespace tally::s2 {
std::thread quietThread(std::function<void()> work) {
  const sdk::BlockedSignals quiet;
  return std::thread(std::move(work));
}

}  // namespace tally::s2
