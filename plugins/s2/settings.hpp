#pragma once
// What an operator decides about an S2 store.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tally::s2 {

struct Settings {
  std::string basin;
  std::string access_token;      ///< secret
  std::string account_endpoint;  ///< empty: the cloud
  std::string basin_endpoint;    ///< empty: the cloud
  std::string prefix;            ///< all streams lie below it
  bool create_basin = false;
  std::optional<std::uint64_t> retention_seconds;  ///< of streams in a basin that we create; nothing: for ever
  bool verify_tls = true;
  std::string ca_file;
  bool compression = false;
  long connections = 64;
  std::chrono::milliseconds connect_timeout{3000}, request_timeout{10000}, deletion_wait{90'000};
  int attempts = 3;
};

/// The value of a variable of the environment, or nothing.
using Environment = std::function<std::optional<std::string>(const char*)>;

/// Fill what is empty from the official tools' variables: S2_ACCESS_TOKEN, S2_ACCOUNT_ENDPOINT, S2_BASIN_ENDPOINT.
/// Endpoints only when neither is set, so that one that was configured is never mixed with another.
void addEnvironment(Settings& settings, const Environment& environment);

/// "infinite", or a number with s, m, h or d behind it, in seconds; nothing for "infinite".
/// Errors: InvalidConfig.
std::optional<std::uint64_t> parseRetention(std::string_view text);

/// Errors: InvalidConfig for a name that no basin can have.
void checkBasinName(std::string_view basin);

}  // namespace tally::s2
