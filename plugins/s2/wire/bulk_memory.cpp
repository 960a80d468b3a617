#include "s2/wire/bulk_memory.hpp"

#include <sys/mman.h>

#include <new>

#include "tally/detail/large_pages.hpp"

namespace tally::s2 {
namespace {

constexpr std::size_t kLarge = std::size_t{256} * 1024, kPiece = std::size_t{8} * 1024 * 1024;

std::shared_ptr<char> newPiece() {
  void* const bytes = ::mmap(nullptr, kPiece, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (bytes == MAP_FAILED) throw std::bad_alloc();
  tally::detail::preferLargePages(bytes, kPiece);
  return {static_cast<char*>(bytes), [](char* piece) { ::munmap(piece, kPiece); }};
}

}  // namespace

BulkMemory::Room BulkMemory::take(std::size_t size) {
  if (size < kLarge || size > kPiece) {
    const std::shared_ptr<char[]> own(new char[size]);
    return {own, own.get()};
  }
  if (piece_ == nullptr || kPiece - used_ < size) {
    piece_ = newPiece();
    used_ = 0;
  }
  char* const bytes = piece_.get() + used_;
  used_ += size;
  return {piece_, bytes};
}

}  // namespace tally::s2
