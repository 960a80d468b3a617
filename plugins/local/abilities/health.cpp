#include "local/abilities/health.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <string>

#include "local/abilities/leftovers.hpp"
#include "local/system/system_error.hpp"

namespace tally::local {
namespace {

constexpr std::uint64_t kLittleSpace = std::uint64_t{256} << 20;
constexpr std::uint64_t kFewFiles = 1'000;

enum class Kind { Plain, Network, Memory };

struct FileSystem {
  std::uint32_t magic;
  const char* name;
  Kind kind;
};

constexpr FileSystem kFileSystems[] = {
    {0xEF53, "ext4", Kind::Plain},
    {0x58465342, "xfs", Kind::Plain},
    {0x9123683E, "btrfs", Kind::Plain},
    {0x2FC12FC1, "zfs", Kind::Plain},
    {0xF2F52010, "f2fs", Kind::Plain},
    {0x794C7630, "overlayfs", Kind::Plain},
    {0x01021994, "tmpfs", Kind::Memory},
    {0x858458F6, "ramfs", Kind::Memory},
    {0x6969, "nfs", Kind::Network},
    {0xFF534D42, "cifs", Kind::Network},
    {0xFE534D42, "smb", Kind::Network},
    {0x517B, "smb", Kind::Network},
    {0x65735546, "a FUSE file system", Kind::Network},
    {0x01021997, "9p", Kind::Network},
    {0x00C36400, "ceph", Kind::Network},
    {0x0BD00BD0, "lustre", Kind::Network},
    {0x01161970, "gfs2", Kind::Network},
    {0x7461636F, "ocfs2", Kind::Network},
    {0x5346414F, "afs", Kind::Network},
    {0x19830326, "fhgfs", Kind::Network},
};

void tellRights(const Root& root, HealthSink& out) {
  struct stat found {};
  if (::fstat(root.fd(), &found) != 0) throw systemError(errno, "can't look at the store's folder");
  const std::string path = "'" + root.path().string() + "'";
  if (::faccessat(root.fd(), ".", R_OK | W_OK | X_OK, AT_EACCESS) != 0) {
    const Error reason = systemError(errno, "this user can't change the folder " + path);
    return out.take(HealthLevel::Fault, "rights", reason.message() + ".");
  }
  if ((found.st_mode & S_IWOTH) != 0) {
    const std::string text = "Every user of this machine can change " + path + "; take that away with chmod o-w.";
    return out.take(HealthLevel::Warning, "rights", text);
  }
  out.take(HealthLevel::Good, "rights", "This user can read and change " + path + ".");
}

void tellKind(const struct statfs& found, HealthSink& out) {
  const auto magic = static_cast<std::uint32_t>(found.f_type);
  const auto* known = std::find_if(std::begin(kFileSystems), std::end(kFileSystems),
                                   [&](const FileSystem& one) { return one.magic == magic; });
  if (known == std::end(kFileSystems)) {
    return out.take(HealthLevel::Good, "file system", "Of a kind not known here; it must be one of this machine.");
  }
  const std::string name(known->name);
  switch (known->kind) {
    case Kind::Plain: return out.take(HealthLevel::Good, "file system", name + ".");
    case Kind::Memory:
      return out.take(HealthLevel::Warning, "file system",
                      name + " is in memory: everything is gone after a restart; choose a folder on a disk.");
    case Kind::Network:
      return out.take(HealthLevel::Warning, "file system",
                      name +
                          " may be shared with other machines, which the store's locks do not reach; use it from one "
                          "machine only, or another backend.");
  }
}

void tellSpace(const struct statfs& found, HealthSink& out) {
  const std::uint64_t bytes = found.f_bavail * static_cast<std::uint64_t>(found.f_bsize);
  const bool counts_files = found.f_files != 0;
  std::string text = std::to_string(bytes >> 20) + " MiB";
  if (counts_files) text += " and " + std::to_string(found.f_ffree) + " files";
  text += " are free";
  if (bytes == 0 || (counts_files && found.f_ffree == 0)) {
    return out.take(HealthLevel::Fault, "space", text + ": nothing can be written; make room.");
  }
  const bool little = bytes < kLittleSpace || (counts_files && found.f_ffree < kFewFiles);
  out.take(little ? HealthLevel::Warning : HealthLevel::Good, "space", text + (little ? "; make room soon." : "."));
}

void tellDurability(const Root& root, HealthSink& out) {
  if (root.durable()) {
    return out.take(HealthLevel::Good, "durability", "full: what was acknowledged survives the loss of power.");
  }
  out.take(HealthLevel::Warning, "durability",
           "process: the loss of power can take what was acknowledged in the last seconds; set durability: full.");
}

void tellLeftovers(const Root& root, HealthSink& out, const Call& call) {
  const Leftovers found = findLeftovers(root, call);
  const std::string looked = std::to_string(found.names_seen) + (found.complete ? "" : " (not all)") + " names";
  if (found.count == 0) return out.take(HealthLevel::Good, "leftovers", "None among " + looked + ".");
  out.take(HealthLevel::Warning, "leftovers",
           std::to_string(found.count) + " temporary file(s) of killed programs among " + looked + ", the first is '" +
               found.first + "'; remove them while no program uses the store.");
}

}  // namespace

void checkFolder(StoreParts& parts, HealthSink& out, const Call& call) {
  if (!parts.root.find()) {
    const std::string text = "'" + parts.root.path().string() + "' is not there yet; the first change creates it.";
    out.take(HealthLevel::Good, "folder", text);
    return tellDurability(parts.root, out);
  }
  parts.root.requirePresent();
  struct statfs found {};
  if (::fstatfs(parts.root.fd(), &found) != 0) throw systemError(errno, "can't ask the file system");
  tellRights(parts.root, out);
  tellKind(found, out);
  tellSpace(found, out);
  tellDurability(parts.root, out);
  tellLeftovers(parts.root, out, call);
}

}  // namespace tally::local
