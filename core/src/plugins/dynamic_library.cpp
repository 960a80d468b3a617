#include "plugins/dynamic_library.hpp"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>

// Boost.DLL 1.74 counts on these having been included.
#include <string>
#include <vector>

#include <boost/dll/shared_library.hpp>

#include "tally/error.hpp"

namespace tally::plugins {

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
    throw Error(ErrorCode::PluginLoadFailed, std::string("the dynamic linker refuses it: ") + refused.what() +
                                                 ". If a library is missing, install the package that holds it");
  }
  ::dlinfo(handle_->library.native(), RTLD_DI_LINKMAP, static_cast<void*>(&handle_->map));
}

// Boost would call dlclose here; with NODELETE that leaves code and data where they are.
DynamicLibrary::~DynamicLibrary() = default;

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
  const bool ours =
      known != 0 && handle_->map != nullptr && where.dli_fbase == reinterpret_cast<void*>(handle_->map->l_addr);
  const bool is_function = symbol != nullptr && ELF64_ST_TYPE(symbol->st_info) == STT_FUNC;
  return ours && is_function ? found : nullptr;
}

}  // namespace tally::plugins
