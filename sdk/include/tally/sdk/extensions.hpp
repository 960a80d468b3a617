#pragma once
// The way from the optional abilities of an adapter to their C tables.

#include <string_view>
#include <utility>

#include "tally/plugin_abi.h"
#include "tally/sdk/extensions/append_stream.hpp"
#include "tally/sdk/extensions/batch.hpp"
#include "tally/sdk/extensions/consumer_group.hpp"
#include "tally/sdk/extensions/follow.hpp"
#include "tally/sdk/extensions/health.hpp"
#include "tally/sdk/extensions/lease.hpp"
#include "tally/sdk/extensions/reindex.hpp"
#include "tally/sdk/guard.hpp"
#include "tally/sdk/views.hpp"

namespace tally::sdk::detail {

inline constexpr std::pair<std::string_view, const void*> kExtensions[] = {
    {Batch::kId, &kBatchOps},    {AppendStreams::kId, &kAppendStreamsOps},
    {Follow::kId, &kFollowOps},  {ConsumerGroups::kId, &kConsumerGroupOps},
    {Leases::kId, &kLeasesOps},  {Health::kId, &kHealthOps},
    {Reindex::kId, &kReindexOps}};

/// The table of an ability that the adapter itself offers. What it offers under ids that this SDK does not know has no
/// C face, so it is not there for the host.
inline const void* extension(void* self, const tally_str* id) {
  const void* table = nullptr;
  guarded(nullptr, [&] {
    for (const auto& [known, ops] : kExtensions) {
      if (known == viewOf(*id) && storageOf(self).extension(known) != nullptr) table = ops;
    }
  });
  return table;
}

}  // namespace tally::sdk::detail
