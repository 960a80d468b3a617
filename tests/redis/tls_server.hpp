#pragma once
// Servers that talk TLS, with certificates of our own making.

#include <string>

#include "redis/redis_server.hpp"
#include "redis/wire/tls.hpp"
#include "support/temp_dir.hpp"

namespace tally::test {

/// An authority, and certificates that it gives to hosts.
class Authority {
 public:
  explicit Authority(const std::string& name) {
    openssl("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=" + name + " -keyout ca.key -out ca.crt");
  }
  std::string file(const std::string& name) const { return (folder_.path() / name).string(); }
  /// Make `name`.crt and `name`.key for what `subject` says: "DNS:localhost,IP:127.0.0.1".
  void give(const std::string& name, const std::string& subject) const {
    openssl("req -new -newkey rsa:2048 -nodes -subj /CN=" + name + " -keyout " + name + ".key -out " + name + ".csr");
    runProgram({"sh", "-c", "echo subjectAltName=" + subject + " > " + file("extensions")});
    openssl("x509 -req -days 2 -in " + name +
            ".csr -CA ca.crt -CAkey ca.key -CAcreateserial -extfile extensions -out " + name + ".crt");
  }

 private:
  void openssl(const std::string& arguments) const {
    runProgram({"sh", "-c", "cd " + folder_.path().string() + " && openssl " + arguments + " 2>/dev/null"});
  }
  TempDir folder_;
};

/// A server with a port for TLS beside the plain one, which the test talks to.
struct TlsServer {
  std::uint16_t port = freePort();
  RedisServer server;
  TlsServer(const Authority& authority, const std::string& name, const std::string& clients = "no")
      : server({"--tls-port", std::to_string(port), "--tls-cert-file", authority.file(name + ".crt"), "--tls-key-file",
                authority.file(name + ".key"), "--tls-ca-cert-file", authority.file("ca.crt"), "--tls-auth-clients",
                clients}) {}
  redis::Settings settings(const std::string& host, const std::string& ca) const {
    auto settings = settingsFor("rediss://" + host + ":" + std::to_string(port));
    settings.tls.ca_file = ca;
    return settings;
  }
};

/// Whether this build has TLS.
inline bool hasTls() {
  try {
    redis::requireTls();
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace tally::test
