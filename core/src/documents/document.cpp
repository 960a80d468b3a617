#include <array>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

#include "documents/json_members.hpp"
#include "documents/json_validator.hpp"
#include "tally/documents.hpp"
#include "tally/error.hpp"

namespace tally {
namespace {

// "2026-01-19T17:23:11.787Z", the form that the original tool writes.
std::string utcText(std::chrono::system_clock::time_point when) {
  const auto since_epoch = std::chrono::floor<std::chrono::milliseconds>(when).time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
  const std::time_t time = seconds.count();
  std::tm parts = {};
  gmtime_r(&time, &parts);
  std::array<char, 32> head = {}, text = {};
  std::strftime(head.data(), head.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  const int written = std::snprintf(text.data(), text.size(), "%s.%03dZ", head.data(),
                                    static_cast<int>((since_epoch - seconds).count()));
  return {text.data(), static_cast<std::size_t>(written)};
}

}  // namespace

std::string_view nameOf(Finding::Kind kind) noexcept {
  switch (kind) {
    case Finding::Kind::TornLastLine: return "TornLastLine";
    case Finding::Kind::InvalidLine: return "InvalidLine";
    case Finding::Kind::InvalidStep: return "InvalidStep";
    case Finding::Kind::ForeignConversation: return "ForeignConversation";
    case Finding::Kind::StepOrder: return "StepOrder";
    case Finding::Kind::ByteOrderMark: return "ByteOrderMark";
    case Finding::Kind::NewerSchema: return "NewerSchema";
    case Finding::Kind::InvalidDocument: return "InvalidDocument";
    case Finding::Kind::OddMember: return "OddMember";
  }
  return "InvalidDocument";
}

Document Document::conversationMeta(std::string_view id, std::chrono::system_clock::time_point created_at) {
  return of(Json{{"id", id}, {"createdAt", utcText(created_at)}});
}

Document Document::parse(std::string text) {
  const bool has_mark = text.starts_with(detail::kByteOrderMark);
  if (has_mark) text.erase(0, detail::kByteOrderMark.size());
  Document document(JsonText::parse(std::move(text)));
  const char kind = detail::JsonCursor(document.text()).peek();
  if (kind != '{' && kind != '[') {
    throw Error(ErrorCode::InvalidDocument, "a document must be an object or an array");
  }
  document.has_byte_order_mark_ = has_mark;
  if (has_mark) {
    document.findings_.push_back({Finding::Kind::ByteOrderMark, 0, 0, "The document begins with a byte order mark."});
  }
  return document;
}

Document Document::of(const Json& value, NonFinite non_finite) {
  return parse(JsonText::of(value, 2, non_finite).text());
}

Json Document::json() const { return text_.json(); }

std::string Document::serialize() const {
  return has_byte_order_mark_ ? std::string(detail::kByteOrderMark).append(text()) : text();
}

}  // namespace tally
