#pragma once
// The documents of the store: a conversation with its steps, trajectory records, runs.
//
// All are lossless: load followed by save gives the same bytes, and changing one thing changes just that. Reading is
// tolerant and says what it met; writing is strict and checks first.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tally/api.hpp"
#include "tally/json.hpp"
#include "tally/storage.hpp"

namespace tally {

/// Something odd met while reading; the bytes it speaks of are kept.
struct Finding {
  enum class Kind {
    TornLastLine,         ///< the file ends in half a line: a writer died
    InvalidLine,          ///< not JSON, or not an object
    InvalidStep,          ///< JSON, but not a step
    ForeignConversation,  ///< conversationId differs from the first line's, or from the folder's name
    StepOrder,            ///< stepIndex missing in the sequence, doubled, out of order or not a whole number
    ByteOrderMark,        ///< the file begins with a UTF-8 byte order mark
    NewerSchema,          ///< schemaVersion above what this version knows
    InvalidDocument,      ///< a document that breaks its schema
  };
  Kind kind;
  std::size_t line = 0;    ///< from 1, counting every line of the file; 0 when the document has no lines
  std::size_t offset = 0;  ///< bytes from the start of the file
  std::string detail;      ///< one sentence
};
TALLY_API std::string_view nameOf(Finding::Kind kind) noexcept;

/// One step: an exchange between user and agent, one line of conversation.jsonl.
class TALLY_API Step {
 public:
  /// From the JSON text of one object, as stored but without line feed.
  /// Errors: InvalidDocument if it is not a step: stepIndex a whole number from 0, input an object, output an array
  /// of objects; id text, timestamp text, metadata an object where present.
  static Step parse(std::string text);
  static Step of(const Json& value);

  std::int64_t index() const noexcept { return index_; }
  std::string_view input() const noexcept { return slice(input_); }    ///< JSON text of the user's message
  std::string_view output() const noexcept { return slice(output_); }  ///< JSON text of the array of answers
  std::optional<std::string> id() const;
  std::optional<std::string> timestamp() const;  ///< as written, offset and digits kept
  std::optional<std::string_view> member(std::string_view name) const { return text_.member(name); }
  const std::string& text() const noexcept { return text_.text(); }
  Json json() const { return text_.json(); }
  friend bool operator==(const Step& a, const Step& b) { return a.text_ == b.text_; }

 private:
  friend class Conversation;
  struct Slice {
    std::uint32_t begin = 0, size = 0;
  };
  std::string_view slice(Slice s) const noexcept { return std::string_view(text_.text()).substr(s.begin, s.size); }
  JsonText text_;
  std::int64_t index_ = 0;
  Slice input_, output_;
};

/// A conversation: id, optional metadata, steps in the order of the file.
class TALLY_API Conversation {
 public:
  explicit Conversation(std::string id) : id_(std::move(id)) {}

  /// Read conversation.jsonl. Never throws for its content: what is odd is reported in findings() and kept.
  /// `id` is the folder's name, used when no line names one. Cost: one pass; a slice a step.
  static Conversation parse(std::string id, std::string_view jsonl);

  const std::string& id() const noexcept { return id_; }
  const std::vector<Step>& steps() const noexcept { return steps_; }
  /// conversationMetadata of the first line, JSON text of an object; absent when there is none.
  const std::optional<std::string>& metadata() const noexcept { return metadata_; }
  const std::vector<Finding>& findings() const noexcept { return findings_; }
  /// The version of the object this was loaded from; a save from a stale one is a Conflict. Empty: not loaded.
  const Version& version() const noexcept { return version_; }
  void setVersion(const Version& version) noexcept { version_ = version; }

  void add(Step step);
  /// Replace step number `position` (of steps()). Errors: InvalidArgument.
  void replace(std::size_t position, Step step);
  void remove(std::size_t position);
  void setMetadata(std::optional<std::string> json_object_text);

  /// The bytes of conversation.jsonl. Untouched lines are the bytes that were read, also the invalid ones; each new
  /// line carries conversationId and ends in a line feed; metadata rides on the first step. A conversation without
  /// steps is one line that holds id and metadata. Cost: a copy.
  std::string serialize() const;
  /// The bytes of one line for an append, line feed included. Errors: InvalidDocument.
  std::string serializeStep(const Step& step) const;

 private:
  struct Line {
    std::string text;
    std::ptrdiff_t step = -1;
    bool dirty = false;
  };
  friend class ConversationReader;
  std::string id_;
  std::vector<Step> steps_;
  std::optional<std::string> metadata_;
  std::vector<Finding> findings_;
  Version version_;
  std::vector<Line> lines_;  // every line of the file, also invalid ones
  bool ends_with_line_feed_ = true;
  bool has_byte_order_mark_ = false;
};

/// A JSON document of one object or array: meta.json, trajectory.meta.json, stepTraces.json, a run.
class TALLY_API Document {
 public:
  /// meta.json: {id, createdAt, ...}
  static Document conversationMeta(std::string_view id, std::chrono::system_clock::time_point created_at);
  /// From JSON text. Errors: InvalidDocument if it is not JSON. Schema faults are found by check().
  static Document parse(std::string text);
  static Document of(const Json& value) { return Document(JsonText::of(value)); }

  const std::string& text() const noexcept { return text_.text(); }
  Json json() const { return text_.json(); }
  std::optional<std::string_view> member(std::string_view name) const { return text_.member(name); }
  void setMember(std::string_view name, std::optional<std::string_view> value) { text_.setMember(name, value); }
  const Version& version() const noexcept { return version_; }
  void setVersion(const Version& version) noexcept { version_ = version; }
  const std::vector<Finding>& findings() const noexcept { return findings_; }
  void setFindings(std::vector<Finding> findings) { findings_ = std::move(findings); }

 private:
  explicit Document(JsonText text) : text_(std::move(text)) {}
  JsonText text_;
  Version version_;
  std::vector<Finding> findings_;
};

/// The kinds of documents with a schema.
enum class Schema { ConversationMeta, TrajectoryMeta, StepTraces, TallyRun, TrajectoryRun };

/// What is wrong with a document, first fault first, each with the path of the member ("result.stepCount: expected a
/// number"). Empty: nothing. As strict as the original tool's checks on write, unknown members allowed everywhere.
/// Cost: one parse.
TALLY_API std::vector<std::string> schemaFaults(Schema schema, std::string_view json_text);

}  // namespace tally
