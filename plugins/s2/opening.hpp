#pragma once
// What happens once, when a storage is opened: settings become parts, and the basin is looked at.

#include "s2/http/client.hpp"
#include "s2/http/endpoints.hpp"
#include "s2/settings.hpp"
#include "s2/storage/basin_api.hpp"

namespace tally::s2 {

/// Errors: InvalidConfig for endpoints and basins that can't be, and for the cloud without a token.
Endpoints endpointsOf(const Settings& settings);
HttpSettings httpSettingsOf(const Settings& settings, const Endpoints& endpoints);
RetryPolicy retryPolicyOf(const Settings& settings);

/// Ask for the basin's configuration, create the basin if that is wanted, and warn of what would lose data. A token
/// that may not ask is warned of, too. Errors: Unavailable, also when there is no such basin; Unauthenticated;
/// Cancelled; Timeout.
BasinSettings openBasin(const Settings& settings, Endpoints endpoints, Client& client, const Call& call);

}  // namespace tally::s2
