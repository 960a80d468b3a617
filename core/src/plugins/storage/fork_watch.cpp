#include "plugins/storage/fork_watch.hpp"

#include <pthread.h>

namespace tally::plugins {

std::atomic<std::uint32_t> fork_generation{0};

namespace {

[[maybe_unused]] const int kRegistered =
    ::pthread_atfork(nullptr, nullptr, [] { fork_generation.fetch_add(1, std::memory_order_relaxed); });

}  // namespace
}  // namespace tally::plugins
