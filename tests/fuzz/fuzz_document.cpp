// The other documents: text that is JSON comes back as it was, every schema has something to say of it, and a member
// that was set is there.

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "fuzz/fuzz.hpp"
#include "tally/documents.hpp"
#include "tally/error.hpp"

namespace {

using tally::Document;
using tally::Schema;

void must(bool holds) {
  if (!holds) std::abort();
}

void checkSchemas(const std::string& text) {
  for (const auto schema : {Schema::ConversationMeta, Schema::TrajectoryMeta, Schema::StepTraces, Schema::TallyRun,
                            Schema::TrajectoryRun}) {
    const auto faults = schemaFaults(schema, text);
    const auto findings = schemaFindings(schema, text);
    must(findings.size() == faults.size() || findings.front().kind == tally::Finding::Kind::NewerSchema);
  }
}

void setAndDrop(Document document) {
  document.setMember("runId", R"(["new"])");
  must(document.member("runId") == R"(["new"])");
  must(Document::parse(document.serialize()).text() == document.text());
  document.setMember("runId", std::nullopt);
  must(!document.member("runId").has_value());
  must(Document::parse(document.serialize()).text() == document.text());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  checkSchemas(text);
  try {
    const auto document = Document::parse(text);
    must(document.serialize() == text);
    if (document.text().find_first_not_of(" \t\r\n") == document.text().find('{')) setAndDrop(document);
    must(!document.json().is_discarded());
  } catch (const tally::Error& error) {
    must(error.code() == tally::ErrorCode::InvalidDocument);
  }
  return 0;
}
