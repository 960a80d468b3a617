#pragma once
// What both transports of a session, frames and events, are cut into.

#include <functional>
#include <memory>
#include <string_view>

namespace tally::s2 {

struct Frame {
  bool is_error = false;
  int status = 0;                     ///< of an error; 0 where the transport does not tell it
  std::string_view payload;           ///< a protobuf message, or the error's JSON
  std::shared_ptr<const void> owner;  ///< of the payload's bytes
};

/// Takes the body of a session as its bytes come in. Threads: one.
class SessionReader {
 public:
  using Take = std::function<void(Frame&&)>;

  SessionReader() = default;
  SessionReader(const SessionReader&) = delete;
  SessionReader& operator=(const SessionReader&) = delete;
  virtual ~SessionReader() = default;

  /// More bytes of the body; every frame that is whole goes to `take`.
  /// Errors: Unavailable for what is no frame, and for bytes behind the last one.
  virtual void push(std::string_view bytes, const Take& take) = 0;
  /// Whether the body may end here.
  virtual bool atBoundary() const noexcept = 0;
};

}  // namespace tally::s2
