#include <utility>

#include "store/layout.hpp"
#include "tally/extensions/batch.hpp"
#include "tally/tally_store.hpp"

namespace tally {
namespace {

bool concernsAll(ErrorCode code) {
  return code == ErrorCode::Unavailable || code == ErrorCode::Timeout || code == ErrorCode::Cancelled ||
         code == ErrorCode::Unauthenticated;
}

/// Counts each conversation as it arrives, so that none but one is in memory. Throws what concerns all of them: then
/// the rest need not be asked for.
class Counting final : public BatchSink {
 public:
  Counting(const ConversationRef* refs, const Batch::Keys& keys, ConversationSummary* out)
      : refs_(refs), keys_(keys), out_(out) {}

  void take(std::size_t index, std::string_view content, const StorageStat& stat) override {
    const auto conversation = Conversation::parse(refs_[index].id(), content);
    out_[index] = {conversation.steps().size(), conversation.findings().size(), stat.modified, std::nullopt};
  }
  void fail(std::size_t index, const Error& error) override {
    if (error.code() == ErrorCode::NotFound) return;  // created, and no steps yet
    Error failure = error;
    failure.at("", "load", keys_[index]);
    if (concernsAll(error.code())) throw failure;
    out_[index].error = std::move(failure);
  }

 private:
  const ConversationRef* refs_;
  const Batch::Keys& keys_;
  ConversationSummary* out_;
};

}  // namespace

std::vector<ConversationSummary> TallyStore::summarize(std::span<const ConversationRef> conversations,
                                                       const Call& call) const {
  std::vector<std::string> names;
  names.reserve(conversations.size());
  for (const auto& ref : conversations) names.push_back(path::join({ref.path(), layout::kSteps}));
  const Batch::Keys keys(names.begin(), names.end());
  std::vector<ConversationSummary> all(keys.size());
  Counting counting(conversations.data(), keys, all.data());
  BatchByOnes by_ones(*storage_);
  Batch* batch = storage_->extension<Batch>();
  (batch != nullptr ? *batch : by_ones).readMany(keys, counting, call);
  return all;
}

}  // namespace tally
