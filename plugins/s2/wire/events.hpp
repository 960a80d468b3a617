#pragma once
// A session as server-sent events, for where something between here and the service lets no frames through.
//
//   event: batch   data: {"records":[{"seq_num","timestamp","headers":[[name,value]],"body"}],"tail":{}}
//   event: ping    data: {"timestamp","tail":{}}
//   event: error   data: the error's JSON; the last event
//                  data: [DONE]; the proper end
//
// Names, values and bodies are in base64.
//
// Source: the S2 API, streaming reads as text/event-stream; the format by WHATWG HTML, "Server-sent events".

#include <cstddef>
#include <string>
#include <string_view>

#include "s2/wire/session_reader.hpp"

namespace tally::s2 {

/// The headers that ask for events.
inline constexpr const char* kEventHeaders[] = {"accept: text/event-stream", "s2-format: base64"};

/// Makes of each event the frame that the service would have sent instead.
/// Cost: a few copies of each record; memory of one event.
class EventReader final : public SessionReader {
 public:
  void push(std::string_view bytes, const Take& take) override;
  bool atBoundary() const noexcept override { return line_.empty() && data_.empty(); }

 private:
  void takeLine(std::string_view line, const Take& take);
  void dispatch(const Take& take);

  std::string line_;  // as far as it has come
  std::string event_, data_;
  bool ended_ = false;
};

}  // namespace tally::s2
