#pragma once
// Header-only, because adapters use it without linking the core.

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>

namespace tally::detail {

inline constexpr std::size_t kWorthLargePages = std::size_t{4} * 1024 * 1024;

/// Ask the kernel for large pages in [begin, begin + size), which must be untouched: faulting in 64 MiB in pages of 4
/// KiB takes longer than filling them. Only a hint; without support nothing happens.
inline void preferLargePages(void* begin, std::size_t size) noexcept {
#ifdef MADV_HUGEPAGE
  constexpr std::size_t kPage = std::size_t{2} * 1024 * 1024;
  const std::size_t before = (kPage - reinterpret_cast<std::uintptr_t>(begin) % kPage) % kPage;  // the first whole one
  if (before >= size) return;
  ::madvise(static_cast<char*>(begin) + before, (size - before) / kPage * kPage, MADV_HUGEPAGE);
#else
  static_cast<void>(begin), static_cast<void>(size);
#endif
}

}  // namespace tally::detail
