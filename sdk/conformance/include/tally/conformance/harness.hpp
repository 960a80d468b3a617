#pragma once
// What the author of an adapter writes to join the kit: how to open the storage under test, and how to get an empty
// place for it. Everything else has a default; a facility that is not offered skips the cases that need it.
//
//   class MyHarness final : public tally::conformance::Harness {
//    public:
//     std::string name() const override { return "mine"; }
//     std::shared_ptr<tally::IStorage> open() override { return std::make_shared<MyStorage>(place_); }
//     void clear() override { place_ = freshPlace(); }
//   };
//   int main(int argc, char** argv) { MyHarness h; return tally::conformance::runMain(argc, argv, h); }

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tally/plugin_abi.h"
#include "tally/storage.hpp"

namespace tally::conformance {

/// A case that the adapter does not pass on purpose. It is not run, and the report prints it with its reason.
struct Deviation {
  std::string case_id;
  std::string reason;
};

/// What a configuration can get wrong about a server, see Harness::openWrong.
enum class Wrong {
  Secret,      ///< a password or token that the server does not know
  Permission,  ///< a known one that may do nothing here
  Container,   ///< a database, basin or bucket that does not exist
  Certificate  ///< a server whose certificate nobody vouches for
};

/// What a server may answer instead of doing its work, see Harness::reply.
enum class Reply {
  Busy,      ///< "try again": 429, LOADING, BUSY
  Broken,    ///< "something is wrong with me": 500
  Stranger,  ///< "I don't know you": 401, WRONGPASS
  Forbidden  ///< "I know you, but no": 403, NOPERM
};

/// For openLimited() of an adapter that keeps each key as a file: no file of this process grows above so many bytes any
/// more, as with 'ulimit -f'.
void limitFileSize(std::uint64_t bytes);

/// Threads: open() from any thread. Processes: all methods are also called in forked children; each case runs in one.
class Harness {
 public:
  Harness() = default;
  Harness(const Harness&) = delete;
  Harness& operator=(const Harness&) = delete;
  virtual ~Harness() = default;

  /// What the report calls the storage.
  virtual std::string name() const = 0;
  /// Open one more handle on the present place. Errors: whatever the adapter throws fails the case.
  virtual std::shared_ptr<IStorage> open() = 0;
  /// Make the present place an empty one. Called before each case, and after it, while nothing is open.
  virtual void clear() = 0;
  /// How many places there are, so that cases may run at the same time in one each.
  virtual unsigned places() const { return 1; }
  /// Make place `number`, from 0 on, the present one, in this process. Called before clear().
  virtual void choosePlace(unsigned number) { static_cast<void>(number); }

  /// Whether other processes see the same data through open().
  virtual bool processes() const { return false; }
  /// Whether processes that the kit forks can open it here and now, if any others can.
  virtual bool opensInForks() const { return true; }
  /// Whether the storage comes from createStorage. A bare adapter object may rely on the host's check of keys and
  /// need not name the key in its messages, so such cases are skipped for it.
  virtual bool throughHost() const { return false; }
  /// For adapters that keep each key as a file of that path: the folder they keep them in. The kit then plants
  /// links and stray files there and takes permissions away. Empty: not such an adapter.
  virtual std::filesystem::path folder() const { return {}; }
  /// Another root or prefix on the same service, its name beginning like the first one's. Null: not offered.
  virtual std::shared_ptr<IStorage> openSecond() { return nullptr; }
  /// A place that is full after about so many bytes. It may mount or limit things for the calling process, which
  /// ends after the case. Null: not offered.
  virtual std::shared_ptr<IStorage> openSmall(std::uint64_t bytes) {
    static_cast<void>(bytes);
    return nullptr;
  }
  /// Where the server behind the storage listens, "127.0.0.1:6379". The kit puts a proxy in front of it that refuses,
  /// hangs, cuts, drips and lies. Empty: there is none, or it is not to be disturbed.
  virtual std::string server() const { return {}; }
  /// Open a handle on the present place that talks to `address` instead of server().
  virtual std::shared_ptr<IStorage> openAt(const std::string& address) {
    static_cast<void>(address);
    return nullptr;
  }
  /// What the server says in its own protocol to any request at such a time, before it ends the connection. Empty: not
  /// offered.
  virtual std::string reply(Reply kind) const {
    static_cast<void>(kind);
    return {};
  }
  /// Open a handle with something wrong about the server; opening may throw what the first call would. Null: not
  /// offered.
  virtual std::shared_ptr<IStorage> openWrong(Wrong what) {
    static_cast<void>(what);
    return nullptr;
  }
  /// Put something under `key` of the present place that this adapter can't have written. False: not offered.
  virtual bool plantForeign(const std::string& key) {
    static_cast<void>(key);
    return false;
  }
  /// Put so many objects of others on the service, where they must not cost anything. False: the kit then fills the
  /// place itself, with fewer.
  virtual bool crowd(unsigned count) {
    static_cast<void>(count);
    return false;
  }
  /// Open a handle on the present place after limiting one object, or one request, to so many bytes. The limit may hold
  /// for the calling process, which ends after the case. Null: not offered.
  virtual std::shared_ptr<IStorage> openLimited(std::uint64_t bytes) {
    static_cast<void>(bytes);
    return nullptr;
  }
  /// Texts that must be in no message: passwords and tokens, also those of openWrong().
  virtual std::vector<std::string> secrets() const { return {}; }
  /// Whether there is a plugin behind the storage, whose C interface the kit may call without a host in between.
  virtual bool hasPlugin() const { return false; }
  /// The plugin, loaded into this process but not initialised. Called in processes of cases only.
  virtual const tally_plugin* plugin() { return nullptr; }
  /// Its options for the present place.
  virtual const tally_config* pluginOptions() { return nullptr; }
  /// The plugin's file, for cases about the file itself. Empty: not loaded from one.
  virtual std::filesystem::path pluginFile() const { return {}; }
  /// Names that the adapter uses itself beside the user's keys: its temporary files, lock suffixes, headers.
  virtual std::vector<std::string> internalNames() const { return {}; }
  virtual std::vector<Deviation> deviations() const { return {}; }
};

}  // namespace tally::conformance
