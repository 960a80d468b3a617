#include "plugins/storage/opened_storage.hpp"

#include <utility>

#include "plugins/boundary/table_copy.hpp"
#include "plugins/boundary/views.hpp"

namespace tally::plugins {
namespace {

const void* noAbility(void*, const tally_str*) { return nullptr; }

}  // namespace

OpenedStorage::OpenedStorage(PluginUse plugin, const tally_storage& opened)
    : plugin_(std::move(plugin)),
      ops_(copyTable(opened.ops, TALLY_END_OF(tally_storage_ops, remove), TALLY_END_OF(tally_storage_ops, extension),
                     "table of operations")),
      self_(opened.self),
      serial_(opened.thread_model != TALLY_THREADS_CONCURRENT),
      generation_(forkGeneration()) {
  if (ops_.destroy == nullptr || ops_.read == nullptr || ops_.write == nullptr || ops_.append == nullptr ||
      ops_.list == nullptr || ops_.stat == nullptr || ops_.remove == nullptr) {
    throw Error(ErrorCode::PluginBadDescriptor,
                std::string("the plugin's table of operations lacks one that must be there") + kAskAuthor);
  }
  if (ops_.extension == nullptr) ops_.extension = noAbility;
}

OpenedStorage::~OpenedStorage() {
  if (isOfThisProcess()) callSlotAndLog(plugin_->name(), ops_.destroy, self_);
}

void OpenedStorage::refuse() const {
  if (!isOfThisProcess()) {
    throw Error(ErrorCode::Closed, "the storage was opened before this process was forked: open one of its own");
  }
  throw Error(ErrorCode::PluginFault, "the plugin broke its contract three times; open the storage again");
}

}  // namespace tally::plugins
