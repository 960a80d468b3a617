#include "store/stored_object.hpp"

#include <set>
#include <utility>

#include "store/layout.hpp"

namespace tally::detail {

Loaded loadObject(IStorage& storage, std::string_view key, const Call& call) {
  Loaded loaded;
  {
    StringSink sink(loaded.bytes);
    loaded.version = storage.read(key, {}, sink, call).version;
  }
  return loaded;
}

void requireConversation(IStorage& storage, std::string_view key, const Call& call) {
  const auto stat = storage.stat(layout::conversationOf(key), call);
  if (stat && stat->is_directory) return;
  throw Error(ErrorCode::NotFound, "its conversation was removed or never created; create it first, or drop this")
      .at("", "save", key);
}

Version saveObject(IStorage& storage, std::string_view key, std::string_view bytes, const Expected& expected,
                   const Call& call) {
  WriteOptions options;
  const Capabilities capabilities = storage.capabilities();
  if (expected.stored && !expected.version.empty() && capabilities.has(Capability::IfVersion)) {
    options.if_version = expected.version;
    return storage.write(key, bytes, options, call);
  }
  if (!expected.in_conversation) requireConversation(storage, key, call);
  options.if_absent = !expected.stored && capabilities.has(Capability::CreateExclusive);
  if (!expected.stored && !options.if_absent && storage.stat(key, call)) {
    throw Error(ErrorCode::AlreadyExists, "there is one already; load it and save that, or overwrite it")
        .at("", "save", key);
  }
  return storage.write(key, bytes, options, call);
}

Document loadDocument(IStorage& storage, std::string_view key, Schema schema, const Call& call) {
  Loaded loaded = loadObject(storage, key, call);
  try {
    Document document = Document::parse(std::move(loaded.bytes));
    auto findings = document.findings();
    for (auto& finding : schemaFindings(schema, document.text())) findings.push_back(std::move(finding));
    document.setFindings(std::move(findings));
    document.setVersion(loaded.version);
    return document;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::InvalidDocument) throw;
    throw Error(ErrorCode::Corrupt, error.message() + "; the stored bytes are as they were").at("", "load", key);
  }
}

std::optional<Document> loadIfThere(IStorage& storage, std::string_view key, Schema schema, const Call& call) {
  try {
    return loadDocument(storage, key, schema, call);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::NotFound) throw;
    return std::nullopt;
  }
}

namespace {

// Without the faults that the document's findings tell of: those it had before anybody here touched it.
std::vector<std::string> freshFaults(const Document& document, Schema schema) {
  std::set<std::string_view> known;
  bool was_newer = false;
  for (const auto& finding : document.findings()) {
    if (finding.kind == Finding::Kind::InvalidDocument) known.insert(finding.detail);
    was_newer = was_newer || finding.kind == Finding::Kind::NewerSchema;
  }
  if (was_newer) {
    const auto now = schemaFindings(schema, document.text());
    if (!now.empty() && now.front().kind == Finding::Kind::NewerSchema) return {};
  }
  auto faults = schemaFaults(schema, document.text());
  std::erase_if(faults, [&](const std::string& fault) { return known.contains(fault); });
  return faults;
}

}  // namespace

void checkDocument(const Document& document, Schema schema, std::string_view key) {
  constexpr std::size_t kShown = 10;
  const auto faults = freshFaults(document, schema);
  if (faults.empty()) return;
  std::string list;
  for (std::size_t i = 0; i < faults.size() && i < kShown; ++i) list += (i == 0 ? "" : "; ") + faults[i];
  if (faults.size() > kShown) list += "; and " + std::to_string(faults.size() - kShown) + " more";
  throw Error(ErrorCode::InvalidDocument, list + ". Nothing was written.").at("", "save", key);
}

void saveDocument(IStorage& storage, std::string_view key, Schema schema, Document& document, const Call& call) {
  checkDocument(document, schema, key);
  const Expected expected{document.stored(), document.version(), false};
  document.setVersion(saveObject(storage, key, document.serialize(), expected, call));
}

std::vector<StorageEntry> listChildren(IStorage& storage, std::string_view directory, const ListOptions& options,
                                       const Call& call, bool* more) {
  EntryCollector found(directory);
  const bool has_more = storage.list(directory, options, found, call);
  if (more != nullptr) *more = has_more;
  return std::move(found.entries);
}

}  // namespace tally::detail
