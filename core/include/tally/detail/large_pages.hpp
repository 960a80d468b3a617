#pragma once
// Header-only, because adapters use it without linking the core.

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>

namespace tally::detail {

inline constexpr std::size_t kWorthLargePages = std::size_t{4} * 1024 * 1024;

/// Ask the kernel for large pages where [begin, begin + size) has not been touched yet. Page by page of 4 KiB it takes
/// longer to get 64 MiB than to fill them. Only a wish: elsewhere nothing happens.
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
