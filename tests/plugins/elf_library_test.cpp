// What a shared library says of itself is read within bounds, whatever its section table claims.

#include "plugins/file/elf_library.hpp"

#include <elf.h>

#include <chrono>
#include <cstring>

#include "plugins/file/run_path.hpp"
#include "plugins/plugin_copy.hpp"
#include "support/doctest.hpp"

using namespace tally;
using namespace tally::test;

namespace {

Elf64_Shdr section(std::uint32_t type, std::uint64_t offset, std::uint64_t size, std::uint32_t link) {
  Elf64_Shdr made{};
  made.sh_type = type, made.sh_offset = offset, made.sh_size = size, made.sh_link = link;
  return made;
}

template <typename Record>
void append(std::string& bytes, const Record& record) {
  bytes.append(reinterpret_cast<const char*>(&record), sizeof record);
}

/// A good plugin with another section table at its end.
void writeWithSections(const PluginCopy& copy, std::string bytes, const std::vector<Elf64_Shdr>& sections) {
  Elf64_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof header);
  header.e_shoff = bytes.size();
  header.e_shnum = static_cast<Elf64_Half>(sections.size());
  header.e_shstrndx = 0;
  std::memcpy(bytes.data(), &header, sizeof header);
  for (const auto& one : sections) append(bytes, one);
  writeBytes(copy.file, bytes);
}

}  // namespace

TEST_CASE("library: a long table of strings is read once, and only for what needs it") {
  const PluginCopy copy("good");
  std::string bytes = bytesOf(copy.file);
  const std::uint64_t at = bytes.size(), size = std::uint64_t{16} << 20U;
  bytes.append(size, 'A');
  std::vector<Elf64_Shdr> sections{section(SHT_NULL, 0, 0, 0), section(SHT_STRTAB, at, size, 0)};
  for (int i = 0; i < 3000; ++i) sections.push_back(section(SHT_PROGBITS, 0, 0, 1));
  for (int i = 0; i < 1000; ++i) sections.push_back(section(SHT_DYNSYM, at, 24, 1));
  writeWithSections(copy, std::move(bytes), sections);
  const auto begin = std::chrono::steady_clock::now();
  plugins::libraryOf(copy.file);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(4));
}

TEST_CASE("library: names and their number are bounded") {
  const PluginCopy copy("good");
  std::string bytes = bytesOf(copy.file);
  const std::uint64_t strings = bytes.size(), size = std::uint64_t{1} << 20U;
  bytes.append(size, 'A');
  const std::uint64_t symbols = bytes.size();
  constexpr std::uint64_t kSymbols = 100'000;
  for (std::uint64_t i = 0; i < kSymbols; ++i) {
    Elf64_Sym symbol{};
    symbol.st_name = static_cast<Elf64_Word>(i), symbol.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
    symbol.st_shndx = 1;
    append(bytes, symbol);
  }
  writeWithSections(copy, std::move(bytes),
                    {section(SHT_NULL, 0, 0, 0), section(SHT_STRTAB, strings, size, 0),
                     section(SHT_DYNSYM, symbols, kSymbols * sizeof(Elf64_Sym), 1)});
  const auto library = plugins::libraryOf(copy.file);
  CHECK(library.exports.size() <= 10'000);
  for (const auto& name : library.exports) CHECK(name.size() <= 4096);
}

TEST_CASE("library: a run path is searched from its beginning, and an RPATH only where there is no RUNPATH") {
  const auto paths = [](const plugins::RunPath& run_path) {
    std::string all;
    for (const auto& folder : run_path.folders("/at")) all += folder.path.string() + (folder.own ? " own;" : ";");
    return all;
  };
  CHECK(paths({"/one:$ORIGIN/two::${ORIGIN}:$ORIGINAL", {}}) == "/one;/at/two own;/at own;$ORIGINAL;");
  CHECK(paths({{}, "/old"}) == "/old;");
  CHECK(paths({"/new", "/old"}) == "/new;");
  CHECK(paths({"", "/old"}) == "");
  CHECK(paths({}) == "");
}

TEST_CASE("library: a needed library is seen in the first folder of the run path that holds it") {
  const PluginCopy copy("good");
  for (const char* folder : {"one", "two", "old"}) {
    std::filesystem::create_directory(copy.dir.path() / folder);
    writeBytes(copy.dir.path() / folder / "libneeded.so", "");
  }
  std::string bytes = bytesOf(copy.file);
  const std::string strings("\0libneeded.so\0$ORIGIN/none:${ORIGIN}/one:$ORIGIN/two\0$ORIGIN/old\0", 65);
  const std::uint64_t at = bytes.size();
  bytes += strings;
  const std::uint64_t dynamic = bytes.size();
  const auto entry = [&](Elf64_Sxword tag, std::string_view value) {
    Elf64_Dyn made{};
    made.d_tag = tag, made.d_un.d_val = strings.find(value);
    append(bytes, made);
  };
  entry(DT_NEEDED, "libneeded.so"), entry(DT_RUNPATH, "$ORIGIN/none"), entry(DT_RPATH, "$ORIGIN/old");
  writeWithSections(copy, std::move(bytes),
                    {section(SHT_NULL, 0, 0, 0), section(SHT_STRTAB, at, strings.size(), 0),
                     section(SHT_DYNAMIC, dynamic, 3 * sizeof(Elf64_Dyn), 1)});
  const auto library = plugins::libraryOf(copy.file);
  REQUIRE(library.needed.size() == 1);
  CHECK(library.needed[0].path == copy.dir.path() / "one/libneeded.so");
}
