#pragma once
// Everything an application needs.
#include <nlohmann/json.hpp>

#include "tally/config.hpp"
#include "tally/create_storage.hpp"
#include "tally/plugin_info.hpp"
#include "tally/tally_store.hpp"
