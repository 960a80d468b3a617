#include "plugins/file/elf_file.hpp"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <vector>

#include "plugins/file/machine.hpp"
#include "tally/error.hpp"
#include "tally/plugin_abi.h"

namespace tally::plugins {
namespace {

constexpr std::size_t kMaxProgramHeaders = 256;
constexpr const char* kPutPlugin = ": put the plugin's shared library in its place";

// Why the file can't be opened. Its name is added by those who know where it was looked for.
Error unopened(const std::filesystem::path& path, int number) {
  std::error_code none;
  if (number == ENOENT || number == ENOTDIR) {
    const auto target = std::filesystem::read_symlink(path, none).string();
    const auto what = target.empty() ? "there is no such file" : "it is a link to " + target + ", and there is nothing";
    return Error(ErrorCode::PluginNotFound, what + kPutPlugin);
  }
  if (number == EMFILE || number == ENFILE || number == ENOMEM) {
    return Error(ErrorCode::Exhausted, std::string("it can't be opened: ") + std::strerror(number) +
                                           ". Close some files, or raise the limit, and try again");
  }
  return Error(ErrorCode::PermissionDenied, std::string("it can't be opened: ") + std::strerror(number) +
                                                ". Make it readable for the user of this program");
}

std::string endOfRange(std::uint64_t offset, std::uint64_t size) {
  const std::uint64_t end = offset + size;
  return end < offset ? "2^64 or more" : std::to_string(end);
}

void readExactly(const ElfFile& file, void* out, std::uint64_t size, std::uint64_t offset) {
  if (offset > file.size() || size > file.size() - offset) {
    throw Error(ErrorCode::PluginTruncated, "the file ends at byte " + std::to_string(file.size()) +
                                                ", but its headers need bytes up to " + endOfRange(offset, size) +
                                                ": an incomplete copy? Copy it again");
  }
  const ssize_t got = ::pread(file.descriptor(), out, size, static_cast<off_t>(offset));
  if (got < 0 || static_cast<std::uint64_t>(got) != size) {
    throw Error(ErrorCode::PluginTruncated, "the file can't be read whole: copy it again")
        .systemErrno(got < 0 ? errno : 0);
  }
}

Elf64_Ehdr readHeader(const ElfFile& file) {
  Elf64_Ehdr header{};
  if (file.size() < SELFMAG)
    throw Error(ErrorCode::PluginNotElf, std::string("the file is too short to be a shared library") + kPutPlugin);
  readExactly(file, &header, std::min<std::uint64_t>(sizeof header, file.size()), 0);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    throw Error(ErrorCode::PluginNotElf,
                std::string("the file is no shared library, it does not begin with the ELF signature") + kPutPlugin);
  }
  if (file.size() < sizeof header) readExactly(file, &header, sizeof header, 0);
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB) {
    throw Error(ErrorCode::PluginWrongMachine,
                "the file is not for a 64-bit little-endian machine: get the build for this one");
  }
  if (header.e_machine != kElfMachine) {
    throw Error(ErrorCode::PluginWrongMachine, "the file is for another processor (ELF machine " +
                                                   std::to_string(header.e_machine) + ", this host is " +
                                                   std::to_string(kElfMachine) + "): get the build for this one");
  }
  if (header.e_type != ET_DYN)
    throw Error(ErrorCode::PluginNotElf, std::string("the file is no shared library") + kPutPlugin);
  if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum == 0 || header.e_phnum > kMaxProgramHeaders) {
    throw Error(ErrorCode::PluginNotElf, "the file's program headers are damaged: copy it again");
  }
  return header;
}

// Everything that the dynamic linker will map must be there.
void checkBounds(const ElfFile& file, const Elf64_Ehdr& header, const std::vector<Elf64_Phdr>& segments) {
  const auto need = [&](std::uint64_t offset, std::uint64_t size, const std::string& what) {
    if (offset <= file.size() && size <= file.size() - offset) return;
    throw Error(ErrorCode::PluginTruncated, what + " ends at byte " + endOfRange(offset, size) +
                                                ", but the file has only " + std::to_string(file.size()) +
                                                ": an incomplete copy? Copy it again");
  };
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Elf64_Phdr& segment = segments[i];
    if (segment.p_type == PT_GNU_STACK && (segment.p_flags & PF_X) != 0) {
      throw Error(ErrorCode::PluginLoadFailed,
                  "the file asks for an executable stack, which would weaken the whole "
                  "process: build it with -Wl,-z,noexecstack");
    }
    if (segment.p_type != PT_LOAD && segment.p_type != PT_DYNAMIC && segment.p_type != PT_NOTE) continue;
    need(segment.p_offset, segment.p_filesz, "segment " + std::to_string(i));
    if (segment.p_type == PT_LOAD && segment.p_filesz > segment.p_memsz) {
      throw Error(ErrorCode::PluginNotElf, "segment " + std::to_string(i) + " is damaged: copy it again");
    }
  }
  if (header.e_shoff != 0) {
    need(header.e_shoff, std::uint64_t{header.e_shnum} * header.e_shentsize, "the section table");
  }
}

// The text of the tally note in one note segment, or an empty view.
std::string_view findNote(std::string_view notes) {
  while (notes.size() >= sizeof(Elf64_Nhdr)) {
    Elf64_Nhdr note{};
    std::memcpy(&note, notes.data(), sizeof note);
    notes.remove_prefix(sizeof note);
    const std::uint64_t owner_room = (std::uint64_t{note.n_namesz} + 3) / 4 * 4;
    const std::uint64_t text_room = (std::uint64_t{note.n_descsz} + 3) / 4 * 4;
    if (owner_room > notes.size() || note.n_descsz > notes.size() - owner_room) return {};
    const std::string_view owner = notes.substr(0, note.n_namesz);
    if (note.n_type == TALLY_NOTE_TYPE && owner == std::string_view(TALLY_NOTE_OWNER, sizeof TALLY_NOTE_OWNER)) {
      return notes.substr(owner_room, note.n_descsz);
    }
    notes.remove_prefix(std::min<std::uint64_t>(owner_room + text_room, notes.size()));
  }
  return {};
}

}  // namespace

ElfFile::ElfFile(const std::filesystem::path& path) {
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor_ < 0) {
    const int number = errno;
    throw unopened(path, number).systemErrno(number);
  }
  struct stat facts {};
  const bool regular = ::fstat(descriptor_, &facts) == 0 && S_ISREG(facts.st_mode);
  if (!regular) {
    ::close(descriptor_);
    throw Error(ErrorCode::PluginNotAFile, std::string("it is not a regular file") + kPutPlugin);
  }
  state_ = FileState::of(facts);
}

ElfFile::~ElfFile() { ::close(descriptor_); }

std::string ElfFile::noteText() const {
  const Elf64_Ehdr header = readHeader(*this);
  std::vector<Elf64_Phdr> segments(header.e_phnum);
  readExactly(*this, segments.data(), segments.size() * sizeof(Elf64_Phdr), header.e_phoff);
  checkBounds(*this, header, segments);
  for (const Elf64_Phdr& segment : segments) {
    if (segment.p_type != PT_NOTE || segment.p_filesz > std::uint64_t{4} * TALLY_NOTE_MAX_BYTES) continue;
    std::string notes(segment.p_filesz, '\0');
    readExactly(*this, notes.data(), notes.size(), segment.p_offset);
    const std::string_view text = findNote(notes);
    if (text.size() > TALLY_NOTE_MAX_BYTES)
      throw Error(ErrorCode::PluginNoNote, "the tally note is above 16 KiB: ask the plugin's author for a right one");
    if (!text.empty()) return std::string(text);
  }
  throw Error(
      ErrorCode::PluginNoNote,
      "the file is a shared library, but not a tally plugin: it holds no tally note. Put the plugin in its place, "
      "or build it with tally_add_plugin() or TALLY_PLUGIN_NOTE()");
}

}  // namespace tally::plugins
