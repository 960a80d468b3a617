#include "s2/http/endpoints.hpp"

#include <algorithm>
#include <cctype>

#include "tally/error.hpp"

namespace tally::s2 {
namespace {

constexpr std::string_view kBasinMark = "{basin}.", kVersionPath = "/v1";

struct Address {
  bool secure = true;
  std::string host;  // with the port
};

bool startsWith(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }

/// Whatever may be a user or a password is hidden, however odd the rest is.
std::string shown(std::string_view endpoint) {
  const auto at = endpoint.rfind('@');
  if (at == endpoint.npos) return std::string(endpoint);
  const auto mark = endpoint.substr(0, at).find("://");
  const auto scheme = mark == endpoint.npos ? std::string_view() : endpoint.substr(0, mark + 3);
  return std::string(scheme) + "******" + std::string(endpoint.substr(at));
}

[[noreturn]] void refuse(std::string_view endpoint, const std::string& why) {
  throw Error(ErrorCode::InvalidConfig,
              "the S2 endpoint '" + shown(endpoint) + "' " + why + "; write [http://|https://]host[:port]");
}

bool isHostCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("-._:[]").find(c) != std::string_view::npos;
}

Address parse(std::string_view endpoint) {
  Address address;
  std::string_view rest = endpoint;
  if (rest.find('@') != rest.npos) refuse(endpoint, "holds a user or password; put the token into accessToken");
  if (const auto mark = rest.find("://"); mark != rest.npos) {
    const auto scheme = rest.substr(0, mark);
    if (scheme != "http" && scheme != "https") refuse(endpoint, "has an unknown scheme");
    address.secure = scheme == "https";
    rest.remove_prefix(mark + 3);
  }
  if (const auto slash = rest.find('/'); slash != rest.npos) {
    const auto path = rest.substr(slash);
    if (path != "/" && path != kVersionPath && path != "/v1/") refuse(endpoint, "has a path");
    rest = rest.substr(0, slash);
  }
  const auto plain = startsWith(rest, kBasinMark) ? rest.substr(kBasinMark.size()) : rest;
  if (plain.empty() || !std::all_of(plain.begin(), plain.end(), isHostCharacter)) refuse(endpoint, "names no host");
  address.host = rest;
  return address;
}

std::string urlOf(const Address& address) {
  return (address.secure ? "https://" : "http://") + address.host + std::string(kVersionPath);
}

}  // namespace

Endpoints parseEndpoints(std::string_view account, std::string_view basin_endpoint, std::string_view basin) {
  Endpoints endpoints;
  endpoints.is_cloud = account.empty() && basin_endpoint.empty();
  if (account.empty() != basin_endpoint.empty()) {
    throw Error(ErrorCode::InvalidConfig,
                "only one of s2.accountEndpoint and s2.basinEndpoint is set; set both, or s2.endpoint for both");
  }
  const Address accounts = parse(account.empty() ? kCloudAccountEndpoint : account);
  Address basins = parse(basin_endpoint.empty() ? kCloudBasinEndpoint : basin_endpoint);
  if (accounts.secure != basins.secure) {
    throw Error(ErrorCode::InvalidConfig, "s2.accountEndpoint and s2.basinEndpoint differ in http and https");
  }
  endpoints.names_basin_in_header = !startsWith(basins.host, kBasinMark);
  if (!endpoints.names_basin_in_header) {
    basins.host = std::string(basin) + '.' + basins.host.substr(kBasinMark.size());
  }
  endpoints.secure = basins.secure;
  endpoints.account_url = urlOf(accounts);
  endpoints.basin_url = urlOf(basins);
  return endpoints;
}

}  // namespace tally::s2
