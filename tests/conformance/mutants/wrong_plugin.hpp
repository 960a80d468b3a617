#pragma once
// A plugin whose abilities are not those of its note, for the cases about the C interface.

#include "tally/conformance/harness.hpp"

namespace tally::test {

/// Its note says: health and batch.
enum class PluginFault {
  None,
  Promises,  ///< batch stands in the note, and is not answered
  Hides,     ///< follow is answered, and does not stand in the note
  LacksSlot  ///< the table of health has a null in it
};

class WrongPluginHarness final : public conformance::Harness {
 public:
  explicit WrongPluginHarness(PluginFault fault);
  std::string name() const override { return "a plugin"; }
  std::shared_ptr<IStorage> open() override;
  void clear() override {}
  bool hasPlugin() const override { return true; }
  const tally_plugin* plugin() override;
  const tally_config* pluginOptions() override;
};

}  // namespace tally::test
