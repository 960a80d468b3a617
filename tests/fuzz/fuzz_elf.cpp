// Files that claim to be shared libraries.

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "fuzz/fuzz.hpp"
#include "plugins/file/elf_file.hpp"
#include "plugins/file/elf_library.hpp"
#include "tally/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int file = ::memfd_create("fuzz", MFD_CLOEXEC);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  if (::ftruncate(file, static_cast<off_t>(size)) != 0) std::abort();
  if (::pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) std::abort();
  try {
    static_cast<void>(tally::plugins::ElfFile(path).noteText());
  } catch (const tally::Error&) {
    static_cast<void>(size);
  }
  tally::plugins::libraryOf(path);
  return 0;
}
