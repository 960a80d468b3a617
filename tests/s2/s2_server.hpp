#pragma once
// Real S2 servers for tests: 's2 lite' on a free port, in memory or with a folder, plain or with TLS.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "s2/s2_storage.hpp"
#include "support/child_process.hpp"
#include "support/temp_dir.hpp"

namespace tally::s2::test {

using tally::test::ChildProcess;

/// Wait until `holds` says yes. Errors: std::runtime_error that names `what` after `limit`.
void waitUntil(const std::string& what, const std::function<bool()>& holds,
               std::chrono::seconds limit = std::chrono::seconds(60));

/// The program, from TALLY_S2_SERVER or where scripts/install-s2 puts it. Errors: std::runtime_error if it is not
/// there.
std::string serverProgram();

inline constexpr const char* kBasin = "tally-test-basin";

/// What every request of the protocol begins with, for a proxy.
inline const std::vector<std::string> kMethods = {"GET ", "POST ", "DELETE "};

class S2Server {
 public:
  /// Start it and wait until it answers. Errors: std::runtime_error with the server's log.
  explicit S2Server(std::vector<std::string> options = {});
  /// One that keeps its data in a folder, so that it survives restart().
  static std::unique_ptr<S2Server> withFolder();
  /// One that talks TLS, with a certificate of its own; see caFile().
  static std::unique_ptr<S2Server> withTls();

  std::uint16_t port() const noexcept { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string url() const { return (tls_ ? "https://localhost:" : "http://127.0.0.1:") + std::to_string(port_); }
  std::string caFile() const { return (folder_.path() / "cert.pem").string(); }
  const std::filesystem::path& folder() const { return folder_.path(); }
  ChildProcess& process() noexcept { return process_; }
  /// What it has said since it was started last.
  std::string log() const;
  /// Start it again on the same port, after kill().
  void restart();

 private:
  struct Unstarted {};
  explicit S2Server(Unstarted);
  void start();
  bool answers() const;

  tally::test::TempDir folder_;
  std::vector<std::string> options_;
  bool tls_ = false;
  std::uint16_t port_;
  ChildProcess process_;
};

/// The folder of the official SDK, which TALLY_S2_SDK names or scripts/install-s2-sdk has made.
std::string sdkFolder();

/// Settings for a test: a basin that is created, everything else as by default.
Settings settingsFor(const std::string& url, const std::string& prefix = {});
std::unique_ptr<S2Storage> openS2(const S2Server& server, const std::string& prefix = {});

}  // namespace tally::s2::test
