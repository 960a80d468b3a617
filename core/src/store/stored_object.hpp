#pragma once
// Reading and writing one object of the store with its version: what conversations, runs and the other documents share.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tally/documents.hpp"
#include "tally/storage.hpp"

namespace tally::detail {

struct Loaded {
  std::string bytes;
  Version version;
};

/// Errors: NotFound and the backend's. Cost: one read.
Loaded loadObject(IStorage& storage, std::string_view key, const Call& call);

/// What the writer knows of the object that it is about to replace.
struct Expected {
  bool stored = false;           ///< it was loaded or saved before; else it must not exist
  Version version;               ///< empty: unknown
  bool in_conversation = false;  ///< its conversation is there, or is made by this write: nobody needs to look
};

/// Throw NotFound unless the conversation that `key` belongs to is there: a late writer must not bring it back.
/// Cost: one stat.
void requireConversation(IStorage& storage, std::string_view key, const Call& call);

/// Write `bytes` if the object is still the expected one, as far as the backend can tell; returns the new version.
/// Without versions a stored object is replaced as it is. Without exclusive creation a fresh one is looked for first,
/// which does not protect against a writer at the same instant. What could be created needs its conversation.
/// Errors: AlreadyExists, Conflict, NotFound, the backend's. Cost: one write; one stat for what has no version, and one
/// more without exclusive creation.
Version saveObject(IStorage& storage, std::string_view key, std::string_view bytes, const Expected& expected,
                   const Call& call);

/// Errors: NotFound; Corrupt if it is not JSON. Cost: one read.
Document loadDocument(IStorage& storage, std::string_view key, Schema schema, const Call& call);
/// The same; nothing when it is absent.
std::optional<Document> loadIfThere(IStorage& storage, std::string_view key, Schema schema, const Call& call);

/// Throw InvalidDocument with the faults unless the document keeps to its schema. Faults that its findings tell of
/// were there when it was loaded, and are none of the writer's.
void checkDocument(const Document& document, Schema schema, std::string_view key);

/// Check strictly, save, remember the version. Errors: InvalidDocument, nothing written; as saveObject. Cost: likewise.
void saveDocument(IStorage& storage, std::string_view key, Schema schema, Document& document, const Call& call);

/// The children of a directory, all or a page. Cost: one listing.
std::vector<StorageEntry> listChildren(IStorage& storage, std::string_view directory, const ListOptions& options,
                                       const Call& call, bool* more = nullptr);

}  // namespace tally::detail
