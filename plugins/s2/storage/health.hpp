#pragma once
// What an operator should know of a basin and of an access token.

#include <string_view>

#include "s2/storage/basin_api.hpp"
#include "tally/extensions/health.hpp"

namespace tally::s2 {

/// Ask for the basin's configuration, and try each operation that the token must allow on `unused`, a stream that does
/// not exist: the service refuses all of them, and how it does says whether it would allow them. Ask for the retention
/// of the first 100 streams below `folder`: each keeps the one that it was made with. Changes nothing. Errors: those of
/// the service. Cost: three round trips, and a request for each of those streams.
void checkBasin(BasinApi& api, std::string_view folder, std::string_view unused, HealthSink& out, const Call& call);

}  // namespace tally::s2
