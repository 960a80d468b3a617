#pragma once
// tally.append_stream/1 of a plugin as AppendStreams.

#include "plugins/storage/extensions/ability.hpp"
#include "tally/extensions/append_stream.h"
#include "tally/extensions/append_stream.hpp"

namespace tally::plugins {

class PluginAppendStreams final : public AppendStreams, private AbilityOf<tally_append_streams_ops> {
 public:
  using AbilityOf::AbilityOf;
  using AbilityOf::Ops;
  std::unique_ptr<AppendStream> openAppendStream(std::string_view key, const AppendStreamOptions& options,
                                                 const Call& call) override;
};

}  // namespace tally::plugins
