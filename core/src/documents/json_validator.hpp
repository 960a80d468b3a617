#pragma once
// Decides whether text is JSON, by the grammar alone: numbers of any size and half surrogate pairs are legal in JSON,
// though parsers that must turn them into values refuse them.

#include <simdjson.h>
#include <cstddef>

#include <string>
#include <string_view>

namespace tally::detail {

inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
inline constexpr std::size_t kMaxJsonDepth = simdjson::DEFAULT_MAX_DEPTH;
static_assert(kMaxJsonDepth == 1024);
inline constexpr std::string_view kTooDeep = "it is nested deeper than 1024 levels";
inline constexpr std::size_t kMaxJsonBytes = simdjson::SIMDJSON_MAXSIZE_BYTES;
static_assert(kMaxJsonBytes == 0xFFFFFFFF);
inline constexpr std::string_view kTooLong = "it is longer than 4 GiB";

/// Threads: one at a time. Keeps its memory: use one for many texts.
class JsonValidator {
 public:
  /// Whether `text` is one valid value, nested at most 1024 deep, white space around it allowed. `readable` is the
  /// number of bytes that may be read from the text's start on; some more than the text has spare a copy of it.
  bool accepts(std::string_view text, std::size_t readable);
  bool accepts(std::string_view text) { return accepts(text, text.size()); }

 private:
  simdjson::dom::parser parser_;
};

/// Why a text that was not accepted is not JSON, and where: "at byte 17: ...". Cost: a parse; for messages.
std::string jsonFault(std::string_view text);

/// Throw InvalidDocument with the fault unless `text` is JSON.
void checkJson(std::string_view text);

}  // namespace tally::detail
