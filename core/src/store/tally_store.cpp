#include "tally/tally_store.hpp"

#include "store/layout.hpp"
#include "store/stored_object.hpp"

namespace tally {

std::vector<ConversationRef> TallyStore::listConversations(const ListConversationsOptions& options,
                                                           const Call& call) const {
  std::vector<ConversationRef> found;
  std::string start_after = options.start_after;
  for (bool more = true; more && (options.limit == 0 || found.size() < options.limit);) {
    const std::uint64_t wanted = options.limit == 0 ? 0 : options.limit - found.size();
    auto entries = detail::listChildren(*storage_, layout::kConversations, {start_after, wanted}, call, &more);
    if (entries.empty()) break;
    start_after = entries.back().id();
    for (auto& entry : entries) {
      if (!entry.is_directory || !layout::folderProblem(entry.id()).empty()) continue;
      std::string id(entry.id());
      found.emplace_back(storage_, std::move(entry.path), std::move(id));
    }
  }
  return found;
}

std::optional<ConversationRef> TallyStore::getConversation(std::string_view id, const Call& call) const {
  std::string path = layout::conversation(id);
  const auto stat = storage_->stat(path, call);
  if (!stat || !stat->is_directory) return std::nullopt;
  return ConversationRef(storage_, std::move(path), std::string(id));
}

ConversationRef TallyStore::createConversation(std::string_view id, const Call& call) const {
  std::string path = layout::conversation(id, layout::IdFor::Creating);
  const Document meta = Document::conversationMeta(id, std::chrono::system_clock::now());
  const detail::Expected nothing{false, {}, true};
  detail::saveObject(*storage_, path::join({path, layout::kMeta}), meta.serialize(), nothing, call);
  return ConversationRef(storage_, std::move(path), std::string(id));
}

ConversationRef TallyStore::saveConversation(Conversation& conversation, const Call& call) const {
  const std::string& id = conversation.folder();
  ConversationRef ref(storage_, layout::conversation(id), id);
  const bool is_fresh = !conversation.stored();
  if (is_fresh) {
    try {
      createConversation(id, call);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::AlreadyExists) throw;  // it may exist; its steps may not, as saveObject checks
    }
  }
  const detail::Expected expected{conversation.stored(), conversation.version(), is_fresh};
  const std::string key = path::join({ref.path(), layout::kSteps});
  conversation.setVersion(detail::saveObject(*storage_, key, conversation.serialize(), expected, call));
  return ref;
}

bool TallyStore::removeConversation(std::string_view id, const Call& call) const {
  return storage_->remove(layout::conversation(id), RemoveOptions{.recursive = true}, call);
}

void TallyStore::saveTrajectoryMeta(std::string_view id, Document& meta, const Call& call) const {
  const std::string key = path::join({layout::conversation(id), layout::kTrajectoryMeta});
  detail::saveDocument(*storage_, key, Schema::TrajectoryMeta, meta, call);
}

std::optional<Document> TallyStore::loadTrajectoryMeta(std::string_view id, const Call& call) const {
  const std::string key = path::join({layout::conversation(id), layout::kTrajectoryMeta});
  return detail::loadIfThere(*storage_, key, Schema::TrajectoryMeta, call);
}

void TallyStore::saveTrajectoryStepTraces(std::string_view id, Document& traces, const Call& call) const {
  const std::string key = path::join({layout::conversation(id), layout::kStepTraces});
  detail::saveDocument(*storage_, key, Schema::StepTraces, traces, call);
}

std::optional<Document> TallyStore::loadTrajectoryStepTraces(std::string_view id, const Call& call) const {
  const std::string key = path::join({layout::conversation(id), layout::kStepTraces});
  return detail::loadIfThere(*storage_, key, Schema::StepTraces, call);
}

}  // namespace tally
