#include "work_folder.hpp"

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace tally::conformance {

namespace fs = std::filesystem;

WorkFolder::WorkFolder(const fs::path& parent) : owner_(::getpid()) {
  std::string name = ((parent.empty() ? fs::temp_directory_path() : parent) / "tally-conformance-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
  base_ = name;
}

WorkFolder::~WorkFolder() {
  std::error_code ignored;
  if (::getpid() == owner_) fs::remove_all(base_, ignored);
}

fs::path WorkFolder::of(unsigned number) const { return base_ / std::to_string(number); }

void WorkFolder::clear(unsigned number) const {
  fs::remove_all(of(number));
  fs::create_directories(of(number));
}

fs::path WorkFolder::mountSmall(unsigned number, std::uint64_t bytes) const {
  fs::path place = of(number) / "small";
  fs::create_directories(place);
  // A name space of its own, so that the mount ends with the process. Without privileges only inside a user name space.
  if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return {};
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return {};
  const std::string options = "size=" + std::to_string(bytes);
  if (::mount("none", place.c_str(), "tmpfs", 0, options.c_str()) != 0) return {};
  return place;
}

}  // namespace tally::conformance
