#include "plugins/storage/fork_watch.hpp"

#include <pthread.h>

#include <atomic>

namespace tally::plugins {
namespace {

std::atomic<std::uint32_t> generation{0};

[[maybe_unused]] const int kRegistered =
    ::pthread_atfork(nullptr, nullptr, [] { generation.fetch_add(1, std::memory_order_relaxed); });

}  // namespace

std::uint32_t forkGeneration() noexcept { return generation.load(std::memory_order_relaxed); }

}  // namespace tally::plugins
