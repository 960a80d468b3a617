#pragma once
// What the C++ faces of all abilities have: the storage behind them, what it offers, and their table.

#include <memory>
#include <utility>

#include "plugins/boundary/call_frame.hpp"
#include "plugins/boundary/views.hpp"
#include "plugins/storage/extensions/first_release.hpp"
#include "plugins/storage/opened_storage.hpp"

namespace tally::plugins {

template <typename Table>
class AbilityOf {
 public:
  using Ops = Table;
  AbilityOf(std::shared_ptr<OpenedStorage> opened, Capabilities offered, const Ops& ops)
      : opened_(std::move(opened)), offered_(offered), ops_(ops) {}

 protected:
  std::shared_ptr<OpenedStorage> opened_;
  Capabilities offered_;
  Ops ops_;
};

}  // namespace tally::plugins
