#include "plugins/load/dynamic_library.hpp"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>

#include <cstdint>
// Boost.DLL 1.74 counts on these having been included.
#include <string>
#include <vector>

#include <boost/dll/shared_library.hpp>

#include "plugins/file/run_path.hpp"
#include "tally/error.hpp"

namespace tally::plugins {
namespace {

struct Advice {
  std::string_view sign, text;
};

// By words of the GNU dynamic linker; a message without a sign keeps the last advice.
constexpr Advice kAdvice[] = {
    {"static TLS block",
     "It, or a library it needs, wants thread-local memory at program start: link it to the "
     "program, or build that library with -ftls-model=global-dynamic"},
    {"failed to map segment", "Is its file system mounted noexec? Put it on one that allows to run code"},
    {"shared object cannot be", "It was linked with -z nodlopen: ask its author for a build without"},
    {"undefined symbol",
     "It was linked against another version of a library, or without one it needs: ask its author for the build for "
     "this system"},
    {"version `", "It was built for a newer library than the one here: get the build for this system"},
    {"cannot open shared object file", "Install the package that holds this library"},
    {"", "Ask its author"},
};

std::string adviceFor(std::string_view why) {
  for (const Advice& advice : kAdvice) {
    if (why.find(advice.sign) != why.npos) return std::string(advice.text);
  }
  return {};
}

// The dynamic linker's own words, without those of Boost around them and without the name of the file.
std::string linkerWords(std::string text, const std::string& file) {
  constexpr std::string_view kBefore = "(dlerror system message: ", kAfter = "): ";
  const auto begin = text.find(kBefore), end = text.rfind(kAfter);
  if (begin != text.npos && end != text.npos && end > begin) {
    text = text.substr(begin + kBefore.size(), end - begin - kBefore.size());
  }
  return text.rfind(file + ": ", 0) == 0 ? text.substr(file.size() + 2) : text;
}

// The values of one kind in the dynamic section, as strings.
std::vector<std::string> dynamicStrings(const link_map& map, Elf64_Sxword tag) {
  const char* strings = nullptr;
  for (const auto* entry = map.l_ld; entry->d_tag != DT_NULL; ++entry) {
    if (entry->d_tag == DT_STRTAB) __builtin_memcpy(&strings, &entry->d_un.d_ptr, sizeof strings);
  }
  std::vector<std::string> found;
  for (const auto* entry = map.l_ld; strings != nullptr && entry->d_tag != DT_NULL; ++entry) {
    if (entry->d_tag == tag) found.emplace_back(strings + entry->d_un.d_val);
  }
  return found;
}

// The folders of the run path that begin at the library itself, in full.
std::vector<std::filesystem::path> ownFolders(const link_map& map) {
  const auto first = [&](Elf64_Sxword tag) {
    const auto found = dynamicStrings(map, tag);
    return found.empty() ? std::nullopt : std::optional(found.front());
  };
  const RunPath run_path{first(DT_RUNPATH), first(DT_RPATH)};
  std::vector<std::filesystem::path> own;
  for (auto& folder : run_path.folders(std::filesystem::path(map.l_name).parent_path())) {
    if (folder.own) own.push_back(std::move(folder.path));
  }
  return own;
}

// The file of the loaded library of that name, or "".
std::filesystem::path pathInProcess(const std::string& name) {
  std::pair<const std::string&, std::filesystem::path> search{name, {}};
  const auto look = [](dl_phdr_info* info, std::size_t, void* data) {
    auto& [wanted, found] = *static_cast<decltype(search)*>(data);
    const std::filesystem::path file(info->dlpi_name);
    if (file.filename() == wanted) found = file;
    return found.empty() ? 0 : 1;
  };
  ::dl_iterate_phdr(look, &search);
  return search.second;
}

}  // namespace

struct DynamicLibrary::Handle {
  boost::dll::shared_library library;
  link_map* map = nullptr;
};

DynamicLibrary::DynamicLibrary(const std::filesystem::path& path) : handle_(std::make_unique<Handle>()) {
  using Mode = boost::dll::load_mode::type;
  const auto mode = static_cast<Mode>(Mode::rtld_now | Mode::rtld_local | static_cast<Mode>(RTLD_NODELETE));
  try {
    // Only the throwing form carries the dynamic linker's reason.
    handle_->library.load(path.string(), mode);
  } catch (const std::exception& refused) {
    const std::string why = linkerWords(refused.what(), path.string());
    throw Error(ErrorCode::PluginLoadFailed, "the dynamic linker refuses it: " + why + ". " + adviceFor(why));
  }
  ::dlinfo(handle_->library.native(), RTLD_DI_LINKMAP, static_cast<void*>(&handle_->map));
}

// Boost would call dlclose here; with NODELETE that leaves code and data where they are.
DynamicLibrary::~DynamicLibrary() = default;

std::vector<std::string> DynamicLibrary::foreignLibraries() const {
  std::vector<std::string> clashes;
  if (handle_->map == nullptr) return clashes;
  for (const auto& folder : ownFolders(*handle_->map)) {
    for (const std::string& name : dynamicStrings(*handle_->map, DT_NEEDED)) {
      const auto own = folder / name;
      std::error_code failed;
      if (!std::filesystem::exists(own, failed)) continue;
      const auto used = pathInProcess(name);
      if (used.empty() || std::filesystem::equivalent(own, used, failed) || failed) continue;
      clashes.push_back("it brings " + own.string() + ", but the process had " + used.string() +
                        " of the same name already, and that one is used: link such a library statically");
    }
  }
  return clashes;
}

DynamicLibrary::AnyFunction* DynamicLibrary::ownFunction(const char* name) const {
  if (!handle_->library.has(name)) return nullptr;
  AnyFunction* const found = &handle_->library.get<AnyFunction>(name);
  Dl_info where{};
  const Elf64_Sym* symbol = nullptr;
  void* address = nullptr;
  static_assert(sizeof address == sizeof found);
  __builtin_memcpy(&address, &found, sizeof address);
  const int known =
      ::dladdr1(address, &where, reinterpret_cast<void**>(const_cast<Elf64_Sym**>(&symbol)), RTLD_DL_SYMENT);
  const bool ours = known != 0 && handle_->map != nullptr &&
                    reinterpret_cast<std::uintptr_t>(where.dli_fbase) == handle_->map->l_addr;
  const bool is_function = symbol != nullptr && ELF64_ST_TYPE(symbol->st_info) == STT_FUNC;
  return ours && is_function ? found : nullptr;
}

}  // namespace tally::plugins
