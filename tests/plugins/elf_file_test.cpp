#include "plugins/file/elf_file.hpp"

#include <dlfcn.h>
#include <elf.h>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <random>

#include "plugins/file/plugin_note.hpp"
#include "plugins/fixtures.hpp"
#include "support/doctest.hpp"
#include "support/temp_dir.hpp"
#include "tally/error.hpp"

using namespace tally;
using namespace tally::test;
using tally::plugins::ElfFile;

TEST_CASE("elf: the note is read from a stripped file and from one without section headers") {
  const TempDir dir;
  const auto copy = dir.path() / "copy.so", stripped = dir.path() / "stripped.so";
  std::string bytes = bytesOf(fixtureFile("good"));
  std::fill_n(bytes.begin() + 40, 8, '\0');  // e_shoff
  std::fill_n(bytes.begin() + 60, 2, '\0');  // e_shnum
  writeBytes(copy, bytes);
  CHECK(plugins::parseNote(ElfFile(copy).noteText()).name == "fixture");
  const auto strip = "strip -o " + stripped.string() + " " + fixtureFile("good").string();
  REQUIRE(std::system(strip.c_str()) == 0);
  CHECK(std::filesystem::file_size(stripped) < std::filesystem::file_size(fixtureFile("good")));
  CHECK(plugins::parseNote(ElfFile(stripped).noteText()).name == "fixture");
}

TEST_CASE("elf: libraries that are no plugins say so") {
  for (const auto* function :
       {reinterpret_cast<const void*>(&std::abort), reinterpret_cast<const void*>(&std::terminate)}) {
    Dl_info library{};  // of C, and of C++
    REQUIRE(::dladdr(function, &library) != 0);
    CAPTURE(library.dli_fname);
    CHECK(codeOf([&] { ElfFile(library.dli_fname).noteText(); }) == ErrorCode::PluginNoNote);
  }
}

TEST_CASE("elf: a range that ends behind the largest number is not told as a small one") {
  const TempDir dir;
  const auto file = dir.path() / "copy.so";
  std::string bytes = bytesOf(fixtureFile("good"));
  Elf64_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof header);
  header.e_shoff = UINT64_MAX - 8;
  std::memcpy(bytes.data(), &header, sizeof header);
  writeBytes(file, bytes);
  const auto text = messageOf([&] { ElfFile(file).noteText(); });
  CHECK_MESSAGE(text.find("the section table ends at byte 2^64 or more") == 0, text);
}

TEST_CASE("elf: random damage in the headers ends in an answer, never in a crash") {
  const std::string whole = bytesOf(fixtureFile("good"));
  const TempDir dir;
  const auto file = dir.path() / "damaged.so";
  std::mt19937 random(20260101);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes = whole;
    for (int i = 0; i < 8; ++i) bytes[random() % 1024] = static_cast<char>(random());
    writeBytes(file, bytes);
    try {
      plugins::parseNote(ElfFile(file).noteText());
    } catch (const Error& refused) {
      CHECK_FALSE(refused.message().empty());
    }
  }
}

TEST_CASE("note: what is missing or odd is refused, what is unknown is ignored") {
  CHECK(plugins::parseNote(R"({"abi":"1.7","name":"a","tomorrow":[1,2]})").abi_minor == 7);
  for (const char* bad :
       {"", "[]", "{}", R"({"abi":"1","name":"a"})", R"({"abi":"1.0","name":"A"})", R"({"abi":"1.0"})",
        R"({"abi":1.0,"name":"a"})", R"({"abi":"1.x","name":"a"})", R"({"abi":"1.0","name":"a","options":[{}]})",
        R"({"abi":"1.0","name":"a","options":[{"name":"x","type":"tree"}]})"}) {
    CAPTURE(bad);
    CHECK(codeOf([&] { plugins::parseNote(bad); }) == ErrorCode::PluginNoNote);
  }
}
