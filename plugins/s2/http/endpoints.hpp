#pragma once
// Where the service is.

#include <string>
#include <string_view>

namespace tally::s2 {

inline constexpr std::string_view kCloudAccountEndpoint = "https://a.s2.dev";
inline constexpr std::string_view kCloudBasinEndpoint = "https://{basin}.b.s2.dev";

/// The two addresses of an S2 service, ready to put a path behind.
struct Endpoints {
  std::string account_url;             ///< "https://a.s2.dev/v1"
  std::string basin_url;               ///< "https://my-basin.b.s2.dev/v1"
  bool names_basin_in_header = false;  ///< the host serves many basins: requests say which one
  bool secure = true;                  ///< https
  bool is_cloud = false;               ///< the service of s2.dev, which always wants a token
};

/// Endpoints from their configured forms, "[scheme://]host[:port]"; https is the default. A basin endpoint whose host
/// begins with "{basin}." gets the basin's name there. Empty ones mean the cloud.
/// Errors: InvalidConfig for anything else, and for an endpoint of each scheme.
Endpoints parseEndpoints(std::string_view account, std::string_view basin_endpoint, std::string_view basin);

}  // namespace tally::s2
