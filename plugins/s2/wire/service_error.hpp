#pragma once
// What the service says when it refuses, and what that means for a caller and for a retry. The one place where an HTTP
// status becomes a tally::Error.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tally/error.hpp"

namespace tally::s2 {

/// A refusal, as it came.
struct Refusal {
  int status = 0;
  std::string code, message;                  ///< empty where the body was not the service's
  std::optional<std::uint64_t> next_seq_num;  ///< of 412: the number that the next record gets
  std::optional<std::string> fencing_token;   ///< of 412: the one that the stream has
  std::optional<std::uint64_t> tail;          ///< of 416: the number behind the last record
  std::chrono::milliseconds retry_after{0};   ///< how long the service asks to wait
};

/// Read the body of an answer with an error status. Cost: one parse; foreign bodies are kept short.
Refusal parseRefusal(int status, std::string_view body);

bool isAbsent(const Refusal& refusal) noexcept;            ///< no such stream
bool isBeingDeleted(const Refusal& refusal) noexcept;      ///< it is gone for readers, but its name is not free yet
bool isCollision(const Refusal& refusal) noexcept;         ///< another change of the same was first; nothing was done
bool mayBeDeletion(const Refusal& refusal) noexcept;       ///< said of broken streams, and of those just being deleted
bool isSequenceMismatch(const Refusal& refusal) noexcept;  ///< 412 with the actual number

/// Whether sending the same again may help.
bool mayRetry(const Refusal& refusal) noexcept;
/// Whether the request has certainly changed nothing.
bool hadNoEffect(const Refusal& refusal) noexcept;

/// What was asked for, in the words of messages.
struct Deed {
  std::string_view cannot;      ///< "can't append"
  std::string_view operations;  ///< what an access token must allow for it, in the service's words
};

/// The refusal as an error.
Error refusalError(const Refusal& refusal, const Deed& deed);

/// A session that was accepted and then ended without a word.
Error broughtNothing(const Deed& deed);

}  // namespace tally::s2
