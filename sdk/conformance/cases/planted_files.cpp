#include "planted_files.hpp"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "parallel.hpp"
#include "tally/conformance/expect.hpp"

namespace tally::conformance {
namespace {

namespace fs = std::filesystem;

/// Give up what lets root pass permission bits. For a child process only.
void obeyPermissions() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  if (::syscall(SYS_capget, &header, data) != 0) return;
  data[0].effective &= ~((1U << CAP_DAC_OVERRIDE) | (1U << CAP_DAC_READ_SEARCH));
  ::syscall(SYS_capset, &header, data);
}

/// Gives a folder back to its owner at the end, so that it can be cleared.
class ModeRestored {
 public:
  explicit ModeRestored(fs::path folder) : folder_(std::move(folder)) {}
  ModeRestored(const ModeRestored&) = delete;
  ModeRestored& operator=(const ModeRestored&) = delete;
  ~ModeRestored() {
    std::error_code ignored;
    fs::permissions(folder_, fs::perms::owner_all, ignored);
  }

 private:
  fs::path folder_;
};

/// A folder beside the store's one, with one file in it.
class Outside {
 public:
  explicit Outside(Context& context) : folder_(context.harness().folder().string() + ".outside") {
    fs::create_directories(folder_);
    std::ofstream(folder_ / "secret") << "secret";
  }
  Outside(const Outside&) = delete;
  Outside& operator=(const Outside&) = delete;
  ~Outside() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  const fs::path& folder() const { return folder_; }
  void expectUntouched() const {
    std::ifstream file(folder_ / "secret");
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    expectBytes("the file outside of the store", content, "secret");
    const auto count = std::distance(fs::directory_iterator(folder_), fs::directory_iterator());
    expectEqual<std::ptrdiff_t>("files in the folder outside of the store", count, 1);
  }

 private:
  fs::path folder_;
};

void unreadableDirectory(Context& context) {
  context.storage().write("d/x", "1");
  context.close();
  const fs::path directory = context.harness().folder() / "d";
  const ModeRestored restored(directory);
  fs::permissions(directory, fs::perms::none);
  Child child([&](const Child::Reporter&) {
    obeyPermissions();
    const auto storage = context.open();
    expectError(ErrorCode::PermissionDenied, "list of an unreadable directory", [&] { storage->list("d"); });
    expectError(ErrorCode::PermissionDenied, "read in an unreadable directory", [&] { storage->read("d/x"); });
    expectError(ErrorCode::PermissionDenied, "stat in an unreadable directory", [&] { storage->stat("d/x"); });
  });
  child.finish();
}

void linkInside(Context& context) {
  auto& storage = context.storage();
  storage.write("real/x", "1");
  fs::create_directory_symlink("real", context.harness().folder() / "link");
  const auto names = namesIn(storage, "");
  const bool listed = std::find(names.begin(), names.end(), "link/") != names.end();
  const auto stat = storage.stat("link");
  expectEqual("stat of a link to a directory, beside its listing: it is a directory", stat && stat->is_directory,
              listed);
  if (!listed) {
    expectError(ErrorCode::NotFound, "read below a link that is not listed", [&] { storage.read("link/x"); });
    return;
  }
  expectListing(storage, "link", {"x"});
  expectContent(storage, "link/x", "1");
}

/// Run `action`; it must refuse with OutsideRoot or PermissionDenied, or behave as if nothing were there.
template <typename Action>
void expectRefused(const std::string& what, Action&& action) {
  try {
    if (action()) return;
  } catch (const Error& error) {
    expectErrorAmong({ErrorCode::OutsideRoot, ErrorCode::PermissionDenied, ErrorCode::NotFound}, what, &error);
    return;
  }
  fail(what + ": succeeded through a link that leads out of the store");
}

void linkOutside(Context& context) {
  auto& storage = context.storage();
  const Outside outside(context);
  storage.write("d/x", "1");
  fs::create_directory_symlink(outside.folder(), context.harness().folder() / "d/dir");
  fs::create_symlink(outside.folder() / "secret", context.harness().folder() / "d/file");
  for (const std::string key : {"d/dir/secret", "d/file"}) {
    expectRefused("read of " + quote(key), [&] { return storage.read(key), false; });
    expectRefused("append to " + quote(key), [&] { return storage.append(key, "x"), false; });
  }
  expectRefused("stat of 'd/dir/secret'", [&] { return !storage.stat("d/dir/secret"); });
  expectRefused("list of 'd/dir'", [&] { return storage.list("d/dir").empty(); });
  expectRefused("write of 'd/dir/new'", [&] { return storage.write("d/dir/new", "x"), false; });
  expectRefused("remove of 'd/dir/secret'", [&] { return !storage.remove("d/dir/secret"); });
  outside.expectUntouched();
  expectContent(storage, "d/x", "1");
}

void strayFiles(Context& context) {
  auto& storage = context.storage();
  storage.write("d/x", "1");
  const fs::path directory = context.harness().folder() / "d";
  std::ofstream(directory / ".DS_Store") << "stray";
  std::ofstream(directory / "y.swp") << "stray";
  std::ofstream(directory / "\xff\xfe") << "a name that can be no key";
  const auto names = namesIn(storage, "d");
  expect(std::find(names.begin(), names.end(), "x") != names.end(), "list beside stray files: 'x' is missing");
  for (const auto& entry : storage.list("d")) {
    expect(path::problem(entry.path).empty(), "list beside stray files: shows what can be no key");
    expect(storage.stat(entry.path).has_value(), "stat of " + quote(entry.path) + ", which is listed: nothing");
  }
  expectContent(storage, "d/x", "1");
}

}  // namespace

void removeLeavesLinkTarget(Context& context) {
  auto& storage = context.storage();
  const Outside outside(context);
  storage.write("d/x", "1");
  storage.write("kept/y", "2");
  fs::create_directory_symlink(outside.folder(), context.harness().folder() / "d/out");
  fs::create_directory_symlink("../kept", context.harness().folder() / "d/in");
  RemoveOptions options;
  options.recursive = true;
  storage.remove("d", options);
  outside.expectUntouched();
  expectListing(storage, "", {"kept/"});
  expectContent(storage, "kept/y", "2");
}

void keysStayInside(Context& context) {
  auto& storage = context.storage();
  storage.write("first", "makes the folder");
  const fs::path above = context.harness().folder().parent_path();
  const auto count = [&] { return std::distance(fs::directory_iterator(above), fs::directory_iterator()); };
  const auto before = count();
  for (const auto* key : {"C:/x", "c:\\x", "etc/passwd", "~/x", "$HOME/x", "....", ".../x", "..x/y", "file:/x"}) {
    storage.write(key, key);
    expectContent(storage, key, key);
  }
  for (const auto* key : {"/x", "../x", "a/../../x", "/"}) {
    if (!context.harness().throughHost()) break;
    expectError(ErrorCode::InvalidArgument, "write of " + quote(key), [&] { storage.write(key, "x"); });
  }
  expectEqual("entries of the folder above the store", count(), before);
}

void readOnlyRoot(Context& context) {
  context.storage().write("d/x", "1");
  context.close();
  const fs::path root = context.harness().folder();
  const ModeRestored restored_root(root), restored_directory(root / "d");
  Child child([&](const Child::Reporter&) {
    const auto read_only = fs::perms::owner_read | fs::perms::owner_exec;
    for (const auto& place : {root / "d", root}) fs::permissions(place, read_only);
    fs::permissions(root / "d/x", fs::perms::owner_read);
    obeyPermissions();
    const auto storage = context.open();
    expectContent(*storage, "d/x", "1");
    const auto refused = [](const char* what, const auto& action) {
      expectError(ErrorCode::PermissionDenied, std::string(what) + " in a folder that can't be written", action);
    };
    refused("write of 'new'", [&] { storage->write("new", "2"); });
    refused("write of 'd/x'", [&] { storage->write("d/x", "2"); });
    refused("append to 'd/x'", [&] { storage->append("d/x", "2"); });
    refused("remove of 'd/x'", [&] { storage->remove("d/x"); });
    expectContent(*storage, "d/x", "1");
  });
  child.finish();
}

std::vector<Case> plantedFileCases() {
  return {
      {"D17", "list: an unreadable directory is PermissionDenied, not empty", unreadableDirectory, Facility::Folder},
      {"D18", "list, stat, read: agree about a link to a directory inside", linkInside, Facility::Folder},
      {"D19", "links: one that leads out of the store is refused everywhere", linkOutside, Facility::Folder},
      {"D25", "list: stray files harm nobody", strayFiles, Facility::Folder},
  };
}

}  // namespace tally::conformance
