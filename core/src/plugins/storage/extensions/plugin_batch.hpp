#pragma once
// tally.batch/1 of a plugin as a Batch.

#include "plugins/storage/extensions/ability.hpp"
#include "tally/extensions/batch.h"
#include "tally/extensions/batch.hpp"

namespace tally::plugins {

class PluginBatch final : public Batch, private AbilityOf<tally_batch_ops> {
 public:
  using AbilityOf::AbilityOf;
  using AbilityOf::Ops;
  void readMany(const Keys& keys, BatchSink& out, const Call& call) override;
  void writeMany(const Keys& keys, const std::vector<std::string_view>& contents, const WriteOptions& options,
                 BatchSink& out, const Call& call) override;
  void statMany(const Keys& keys, BatchSink& out, const Call& call) override;
  void removeMany(const Keys& keys, const RemoveOptions& options, BatchSink& out, const Call& call) override;

 private:
  template <typename Ask>
  void run(const char* operation, const Keys& keys, BatchSink& out, const Call& call, Ask&& ask);
};

}  // namespace tally::plugins
