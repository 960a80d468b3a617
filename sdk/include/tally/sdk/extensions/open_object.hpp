#pragma once
// What the abilities that open objects share: finding the ability behind a storage, handing an object over, closing it.

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "tally/plugin_abi.h"
#include "tally/sdk/config.hpp"
#include "tally/sdk/guard.hpp"
#include "tally/sdk/views.hpp"
#include "tally/storage.hpp"

namespace tally::sdk::detail {

/// Asked only for what extension() has answered.
template <typename Ability>
Ability& abilityOf(void* self) {
  return *storageOf(self).template extension<Ability>();
}

template <typename Object>
Object& objectOf(void* self) noexcept {
  return *static_cast<Object*>(self);
}

/// Give `object` to the host, which closes it by `ops`.
template <typename Object, typename Out, typename Ops>
void handOver(std::unique_ptr<Object> object, Out* out, const Ops& ops) {
  if (failed()) return;
  if (object == nullptr) {
    TALLY_THROW(Error(ErrorCode::PluginFault, "the plugin opened nothing, and gave no reason"));
    return;
  }
  out->ops = &ops;
  out->self = object.release();
}

template <typename Object>
void closeObject(void* self) {
  if (guarded(nullptr, [&] { delete &objectOf<Object>(self); }) == TALLY_OK) return;
  log(LogLevel::Error, "an object of a storage threw while it was closed; what it held may be leaked");
}

inline std::vector<std::string_view> viewsOf(const tally_str* texts, std::uint64_t count) {
  std::vector<std::string_view> views;
  views.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) views.push_back(viewOf(texts[i]));
  return views;
}

}  // namespace tally::sdk::detail
