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
    StepOrder,            ///< stepIndex missing in the sequence, doubled or out of order
    ByteOrderMark,        ///< the file begins with a UTF-8 byte order mark
    NewerSchema,          ///< schemaVersion above what this version knows
    InvalidDocument,      ///< a document that breaks its schema
    OddMember,            ///< a step whose id, timestamp or metadata is not what it should be; it counts as a step
  };
  Kind kind;
  std::size_t line = 0;    ///< from 1, counting every line of the file; 0 when the document has no lines
  std::size_t offset = 0;  ///< bytes from the start of the file
  std::string detail;      ///< one sentence
};
TALLY_API std::string_view nameOf(Finding::Kind kind) noexcept;

namespace detail {
struct StepMembers;
class ConversationReader;
}  // namespace detail

/// One step: an exchange between user and agent, one line of conversation.jsonl.
class TALLY_API Step {
 public:
  /// From the JSON text of one object, as stored but without line feed. A member `conversationId` names the
  /// conversation that the step belongs to.
  /// Errors: InvalidDocument if it is not a step: stepIndex a whole number from 0, input an object, output an array
  /// of objects; where present, id text, metadata an object, timestamp text, a number or null. Reading a conversation
  /// forgives the latter three.
  static Step parse(std::string text);
  /// From a value built in memory. Errors: as parse() and JsonText::of.
  static Step of(const Json& value);

  std::int64_t index() const noexcept { return index_; }
  std::string_view input() const noexcept { return slice(input_); }    ///< JSON text of the user's message
  std::string_view output() const noexcept { return slice(output_); }  ///< JSON text of the array of answers
  /// What is no text is given as it is written. Nothing when absent or null.
  std::optional<std::string> id() const;
  /// Likewise: offset, digits and all.
  std::optional<std::string> timestamp() const;
  std::optional<std::string_view> member(std::string_view name) const { return text_.member(name); }
  const std::string& text() const noexcept { return text_.text(); }
  /// The whole step as a tree. Errors: as JsonText::json.
  Json json() const;
  friend bool operator==(const Step& a, const Step& b) { return a.text_ == b.text_; }

 private:
  friend class Conversation;
  friend class detail::ConversationReader;
  struct Slice {
    std::uint32_t begin = 0, size = 0;
  };
  /// From a line that was read as a step, or an edited one: odd members and all.
  static Step trusted(std::string text);
  /// `members` view `text`, or the text that it is a copy of, which begins at `source`.
  Step(std::string text, const char* source, const detail::StepMembers& members);
  std::string_view slice(Slice s) const noexcept { return std::string_view(text_.text()).substr(s.begin, s.size); }
  JsonText text_;
  std::int64_t index_ = 0;
  Slice input_, output_;
};

/// A conversation: id, optional metadata, steps in the order of the file.
///
/// In the file each line is one step and carries conversationId; the first object of the file also carries
/// conversationMetadata. A conversation without steps is one line that holds just these two.
class TALLY_API Conversation {
 public:
  /// A conversation that is not stored yet.
  explicit Conversation(std::string id) : id_(std::move(id)), folder_(id_) {}

  /// Read conversation.jsonl. Never throws for its content: what is odd is reported in findings() and kept.
  /// `id` is the folder's name, used when no line names one. Cost: one pass; one copy of each line.
  static Conversation parse(std::string id, std::string_view jsonl);

  const std::string& id() const noexcept { return id_; }
  /// The folder's name: where it is saved to, whatever its lines say. That of the constructor or of parse().
  const std::string& folder() const noexcept { return folder_; }
  const std::vector<Step>& steps() const noexcept { return steps_; }
  /// conversationMetadata of the first object in the file, JSON text of an object; absent when there is none.
  const std::optional<std::string>& metadata() const noexcept { return metadata_; }
  /// What was met while reading; later changes do not alter it.
  const std::vector<Finding>& findings() const noexcept { return findings_; }

  /// Whether it was loaded from or saved to a store; a fresh one is only ever created, never written over another.
  bool stored() const noexcept { return stored_; }
  /// The version of the object this was loaded from or saved as; a save over another is a Conflict. Empty: not stored,
  /// or the backend has no versions.
  const Version& version() const noexcept { return version_; }
  /// Say that this is the state of the store with that version. Load and save do it.
  void setVersion(const Version& version) noexcept {
    version_ = version;
    stored_ = true;
  }

  /// Add a step behind the last. Its line is written compactly, conversationId becomes its last member if it has
  /// none. Metadata belongs to the conversation: the step's own conversationMetadata becomes that of a conversation
  /// which has none and no lines yet, and is dropped otherwise.
  /// Errors: InvalidDocument if the step names another conversation, or was read and has an OddMember.
  /// Cost: a few passes over the step.
  void add(const Step& step);
  /// Replace step number `position` (of steps()); its line stays where it is, and so does the metadata.
  /// Errors: InvalidArgument; as add().
  void replace(std::size_t position, const Step& step);
  /// Remove step number `position` with its line. Metadata stays: it goes to the next object of the file, or to a line
  /// that only names the conversation if there is none, or it has a conversationMetadata of its own. Errors:
  /// InvalidArgument.
  void remove(std::size_t position);
  /// Replace or drop the metadata; touches one line. Errors: InvalidDocument if it is not a JSON object, or too deep
  /// for its line; then nothing has changed.
  void setMetadata(std::optional<std::string> json_object_text);

  /// The bytes of conversation.jsonl. Untouched lines are the bytes that were read, also the invalid ones and a
  /// missing last line feed; new lines end in a line feed. Cost: a copy.
  std::string serialize() const;
  /// The bytes of one line for an append, line feed included, without metadata. Errors: InvalidDocument.
  std::string serializeStep(const Step& step) const;

 private:
  friend class detail::ConversationReader;
  enum class Ending : std::uint8_t { None, LineFeed, ReturnLineFeed };
  struct Line {
    std::string text;          ///< of a line that is no step; else empty, and the text is the step's
    std::ptrdiff_t step = -1;  ///< position in steps_
    bool is_object = false;    ///< steps and other objects; the first such line carries the metadata
    Ending ending = Ending::LineFeed;
  };
  std::string lineOf(const Step& step) const;
  std::string headLine(const std::optional<std::string>& metadata) const;
  std::vector<Line>::iterator firstObject();
  std::vector<Line>::iterator lineOfStep(std::size_t position);
  const std::string& textOf(const Line& line) const;
  void setText(Line& line, std::string text);

  std::string id_, folder_;
  std::vector<Step> steps_;
  std::optional<std::string> metadata_;
  std::vector<Finding> findings_;
  Version version_;
  std::vector<Line> lines_;  // every line of the file, also invalid ones
  bool stored_ = false;
  bool needs_head_ = true;  // no line carries id and metadata yet
  bool has_byte_order_mark_ = false;
};

/// A JSON document of one object or array: meta.json, trajectory.meta.json, stepTraces.json, a run.
class TALLY_API Document {
 public:
  /// meta.json: {id, createdAt, ...}
  static Document conversationMeta(std::string_view id, std::chrono::system_clock::time_point created_at);
  /// From JSON text; a byte order mark is a finding and kept. Schema faults are found by schemaFaults().
  /// Errors: InvalidDocument if it is not JSON, with the position, or neither object nor array.
  static Document parse(std::string text);
  /// Written with line breaks and two blanks a level, as the original tool does. With NonFinite::Null a report that
  /// holds NaN or an infinity, in a rawValue for instance, is written all the same; where its schema wants a number, in
  /// a score for instance, the save names the member, and the caller leaves it out. Errors: as JsonText::of.
  static Document of(const Json& value, NonFinite non_finite = NonFinite::Refuse);

  /// The JSON text, without a byte order mark.
  const std::string& text() const noexcept { return text_.text(); }
  /// The bytes to store. Cost: a copy.
  std::string serialize() const;
  /// The whole document as a tree. Errors: as JsonText::json.
  Json json() const;
  std::optional<std::string_view> member(std::string_view name) const { return text_.member(name); }
  void setMember(std::string_view name, std::optional<std::string_view> value) { text_.setMember(name, value); }

  /// As Conversation::stored(), version() and setVersion().
  bool stored() const noexcept { return stored_; }
  const Version& version() const noexcept { return version_; }
  void setVersion(const Version& version) noexcept {
    version_ = version;
    stored_ = true;
  }
  /// What was met on loading. A fault or a newer schema that is told of here does not hinder a save: what others left
  /// in a document costs nobody the rest of it. A document made anew from json() needs the findings of the old one for
  /// that.
  const std::vector<Finding>& findings() const noexcept { return findings_; }
  void setFindings(std::vector<Finding> findings) { findings_ = std::move(findings); }

 private:
  explicit Document(JsonText text) : text_(std::move(text)) {}
  JsonText text_;
  Version version_;
  std::vector<Finding> findings_;
  bool stored_ = false;
  bool has_byte_order_mark_ = false;
};

/// The kinds of documents with a schema.
enum class Schema { ConversationMeta, TrajectoryMeta, StepTraces, TallyRun, TrajectoryRun };

/// What is wrong with a document, in the order of its schema, each with the path of the member:
/// "result.stepCount: expected a number, found nothing". Empty: nothing. As strict as the original tool's checks, but
/// unknown members are allowed everywhere, and so is any name of a backend or of a custom normalizer.
/// `json_text` may be any text; what is not JSON is one fault. Cost: a few passes.
[[nodiscard]] TALLY_API std::vector<std::string> schemaFaults(Schema schema, std::string_view json_text);

/// The same as findings, for reading: a schemaVersion (or version) above 1 is NewerSchema and nothing else is checked,
/// since what holds for it is not known here; every other fault is InvalidDocument.
[[nodiscard]] TALLY_API std::vector<Finding> schemaFindings(Schema schema, std::string_view json_text);

}  // namespace tally
