#include "plugins/file/elf_library.hpp"

#include <elf.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "plugins/file/elf_file.hpp"
#include "plugins/file/file_hash.hpp"
#include "plugins/file/machine.hpp"
#include "plugins/file/run_path.hpp"

namespace tally::plugins {
namespace {

namespace fs = std::filesystem;

// As much of the range as is there. Read, not mapped: a file that shrinks meanwhile must not kill the process.
std::string part(const ElfFile& file, std::uint64_t offset, std::uint64_t size) {
  if (offset >= file.size()) return {};
  std::string bytes(std::min<std::uint64_t>(size, file.size() - offset), '\0');
  const ssize_t got = ::pread(file.descriptor(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
  bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return bytes;
}

template <typename Record>
std::vector<Record> records(const ElfFile& file, std::uint64_t offset, std::uint64_t size) {
  const std::string bytes = part(file, offset, size);
  std::vector<Record> all(bytes.size() / sizeof(Record));
  if (!all.empty()) std::memcpy(all.data(), bytes.data(), all.size() * sizeof(Record));
  return all;
}

// Far more than any library has; a file that claims more is shown in part.
constexpr std::size_t kLongestName = 4096, kMostNames = 10'000, kMostNeeded = 256;

std::string textAt(std::string_view strings, std::uint64_t offset) {
  if (offset >= strings.size()) return {};
  strings.remove_prefix(offset);
  strings = strings.substr(0, kLongestName);
  return std::string(strings.substr(0, strings.find('\0')));
}

std::vector<fs::path> usualFolders() {
  return {fs::path("/lib") / kTriplet, fs::path("/usr/lib") / kTriplet, "/usr/local/lib", "/lib64", "/lib", "/usr/lib"};
}

// Where the dynamic linker would most likely find it: the run path, then the usual folders.
fs::path seen(const std::string& name, const std::vector<RunPath::Folder>& run_path) {
  std::error_code failed;
  for (const auto& folder : run_path) {
    if (fs::exists(folder.path / name, failed)) return folder.path / name;
  }
  for (const auto& folder : usualFolders()) {
    if (fs::exists(folder / name, failed)) return folder / name;
  }
  return {};
}

void addNeeded(const ElfFile& elf, const Elf64_Shdr& section, std::string_view strings, const fs::path& file,
               PluginLibrary& library) {
  const auto entries = records<Elf64_Dyn>(elf, section.sh_offset, section.sh_size);
  RunPath run_path;
  for (const auto& entry : entries) {
    if (entry.d_tag == DT_RUNPATH) run_path.runpath = textAt(strings, entry.d_un.d_val);
    if (entry.d_tag == DT_RPATH) run_path.rpath = textAt(strings, entry.d_un.d_val);
  }
  const auto folders = run_path.folders(file.parent_path());
  for (const auto& entry : entries) {
    if (entry.d_tag != DT_NEEDED || library.needed.size() == kMostNeeded) continue;
    const std::string name = textAt(strings, entry.d_un.d_val);
    library.needed.push_back({name, seen(name, folders)});
  }
}

void addExports(const ElfFile& elf, const Elf64_Shdr& section, std::string_view strings, PluginLibrary& library) {
  for (const auto& symbol : records<Elf64_Sym>(elf, section.sh_offset, section.sh_size)) {
    const auto binding = ELF64_ST_BIND(symbol.st_info);
    if (library.exports.size() == kMostNames) return;
    if (symbol.st_shndx == SHN_UNDEF || binding == STB_LOCAL || symbol.st_shndx == SHN_ABS) continue;
    library.exports.push_back(textAt(strings, symbol.st_name));
    if (binding == STB_GNU_UNIQUE) library.shared.push_back(library.exports.back());
  }
}

}  // namespace

PluginLibrary libraryOf(const fs::path& path) {
  const ElfFile file(path);
  PluginLibrary library;
  library.sha256 = sha256(file.descriptor());
  const auto headers = records<Elf64_Ehdr>(file, 0, sizeof(Elf64_Ehdr));
  if (headers.empty()) return library;
  const auto sections = records<Elf64_Shdr>(file, headers[0].e_shoff, headers[0].e_shnum * sizeof(Elf64_Shdr));
  const auto strings_of = [&](const Elf64_Shdr& section) {
    if (section.sh_link >= sections.size()) return std::string();
    return part(file, sections[section.sh_link].sh_offset, sections[section.sh_link].sh_size);
  };
  // A library has one section of each kind.
  const auto first = [&](Elf64_Word type, auto&& add) {
    const auto found = std::find_if(sections.begin(), sections.end(), [&](auto& s) { return s.sh_type == type; });
    if (found != sections.end()) add(*found, strings_of(*found));
  };
  first(SHT_DYNAMIC, [&](auto& section, const auto& strings) { addNeeded(file, section, strings, path, library); });
  first(SHT_DYNSYM, [&](auto& section, const auto& strings) { addExports(file, section, strings, library); });
  return library;
}

}  // namespace tally::plugins
