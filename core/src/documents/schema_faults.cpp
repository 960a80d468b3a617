#include "documents/json_edit.hpp"
#include "documents/json_members.hpp"
#include "documents/json_number.hpp"
#include "documents/json_validator.hpp"
#include "documents/schemas.hpp"
#include "documents/step_members.hpp"
#include "tally/documents.hpp"

namespace tally {
namespace {

const detail::schema::Check& checkOf(Schema schema) {
  switch (schema) {
    case Schema::ConversationMeta: return detail::schema::conversationMeta();
    case Schema::TrajectoryMeta: return detail::schema::trajectoryMeta();
    case Schema::StepTraces: return detail::schema::stepTraces();
    case Schema::TrajectoryRun: return detail::schema::trajectoryRun();
    case Schema::TallyRun: break;
  }
  return detail::schema::tallyRun();
}

std::string_view versionMember(Schema schema) { return schema == Schema::TrajectoryMeta ? "version" : "schemaVersion"; }

}  // namespace

std::vector<std::string> schemaFaults(Schema schema, std::string_view json_text) {
  if (!detail::JsonValidator().accepts(json_text)) return {"not valid JSON, " + detail::jsonFault(json_text)};
  detail::schema::Report report;
  checkOf(schema)(detail::trimmed(json_text), report);
  return report.take();
}

std::vector<Finding> schemaFindings(Schema schema, std::string_view json_text) {
  const auto version = detail::findMember(json_text, versionMember(schema)).value_or(std::string_view());
  if (detail::isNumber(version) && detail::numberOf(version) > 1) {
    return {{Finding::Kind::NewerSchema, 0, 0,
             std::string(versionMember(schema)) + " is " + detail::describe(version) +
                 ", newer than the 1 that is known here; the document was not checked."}};
  }
  std::vector<Finding> findings;
  for (auto& fault : schemaFaults(schema, json_text)) {
    findings.push_back({Finding::Kind::InvalidDocument, 0, 0, std::move(fault)});
  }
  return findings;
}

}  // namespace tally
