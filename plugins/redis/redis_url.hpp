#pragma once
// Where the server is and who we are there, out of one text.
//
//   redis://[[user]:password@]host[:port][,host[:port]...][/database]
//   rediss://...                                                        the same over TLS
//   unix://[[user]:password@]/path/of/the.sock[?db=database]

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tally::redis {

/// One place to connect to: a host and port, or the path of a socket.
struct Endpoint {
  std::string host;
  std::uint16_t port = 6379;
  std::string socket_path;  ///< when not empty, host and port mean nothing

  /// "localhost:6379", "[::1]:6379", "/run/redis.sock". For messages.
  std::string text() const;
  friend bool operator==(const Endpoint& a, const Endpoint& b) {
    return a.host == b.host && a.port == b.port && a.socket_path == b.socket_path;
  }
  friend bool operator<(const Endpoint& a, const Endpoint& b) {
    if (a.host != b.host) return a.host < b.host;
    return a.port != b.port ? a.port < b.port : a.socket_path < b.socket_path;
  }
};

struct Address {
  std::vector<Endpoint> endpoints{{"localhost", 6379, {}}};  ///< tried in this order; never empty
  bool tls = false;
  std::string user;      ///< empty: the default user
  std::string password;  ///< empty: no authentication
  int database = 0;
};

/// Errors: InvalidConfig, which says what is wrong with the text and never shows a password.
Address parseUrl(std::string_view url);

}  // namespace tally::redis
