#include "local_place.hpp"

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

namespace tally::test {

namespace fs = std::filesystem;

LocalPlace::LocalPlace() : owner_(::getpid()) {
  std::string name = (fs::temp_directory_path() / "tally-conformance-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
  base_ = name;
}

LocalPlace::~LocalPlace() {
  std::error_code ignored;
  if (::getpid() == owner_) fs::remove_all(base_, ignored);
}

void LocalPlace::clear() const {
  fs::remove_all(base_);
  fs::create_directories(base_);
}

fs::path LocalPlace::mountSmall(std::uint64_t bytes) const {
  const fs::path place = base_ / "small";
  fs::create_directories(place);
  // A name space of its own, so that the mount ends with the process. Without privileges only inside a user name space.
  if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return {};
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return {};
  const std::string options = "size=" + std::to_string(bytes);
  if (::mount("none", place.c_str(), "tmpfs", 0, options.c_str()) != 0) return {};
  return place;
}

}  // namespace tally::test
