#pragma once
// The items of a batch: asked together, and each with a result of its own.

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "redis/servers/request.hpp"
#include "redis/servers/server.hpp"
#include "tally/extensions/batch.hpp"

namespace tally::redis {

/// Items of a batch by their index.
using Items = std::vector<std::size_t>;

/// What became of an item; `content` views the answer.
struct ItemResult {
  std::string_view content;
  StorageStat stat;
};

/// Tell the sink what `act` returns, or what it throws. Nothing is told where it returns nothing.
template <typename Act>
void tellItem(std::size_t item, BatchSink& out, Act&& act) {
  std::optional<ItemResult> result;
  std::optional<Error> failure;
  try {
    result = act();
  } catch (const Error& error) {
    failure = error;
  }
  if (failure) return out.fail(item, *failure);
  if (result) out.take(item, result->content, result->stat);
}

/// Ask make(item) for all of them at once, and tell what see(item, answer) makes of each answer.
template <typename Make, typename See>
void tellItems(Server& server, const Items& items, BatchSink& out, const Call& call, Make&& make, See&& see) {
  std::vector<Request> requests;
  requests.reserve(items.size());
  for (const std::size_t item : items) requests.push_back(make(item));
  const auto answers = server.run(std::move(requests), call);
  for (std::size_t i = 0; i < items.size(); ++i) {
    tellItem(items[i], out, [&] { return see(items[i], answers[i]); });
  }
}

}  // namespace tally::redis
