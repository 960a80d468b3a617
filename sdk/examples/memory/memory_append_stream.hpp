#pragma once
// tally.append_stream/1 in memory. There is no service to send to, so what was submitted lands when somebody waits.

#include <memory>
#include <string_view>

#include "memory_objects.hpp"
#include "tally/extensions/append_stream.hpp"

namespace tally::examples {

class MemoryAppendStreams final : public AppendStreams {
 public:
  explicit MemoryAppendStreams(MemoryObjects& objects) noexcept : objects_(objects) {}
  std::unique_ptr<AppendStream> openAppendStream(std::string_view key, const AppendStreamOptions& options,
                                                 const Call& call) override;

 private:
  MemoryObjects& objects_;
};

}  // namespace tally::examples
