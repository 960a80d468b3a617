#pragma once
// An append stream as cases use one.

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "abilities.hpp"
#include "tally/extensions/append_stream.hpp"

namespace tally::conformance {

inline std::unique_ptr<AppendStream> openStream(IStorage& storage, std::string_view key,
                                                const AppendStreamOptions& options = {}) {
  auto stream = of<AppendStreams>(storage).openAppendStream(key, options, {});
  expect(stream != nullptr, "openAppendStream returned nothing");
  return stream;
}

/// Submits, waiting for the oldest one whenever the window is full. Tickets must count from 0.
class Submitter {
 public:
  explicit Submitter(AppendStream& stream) : stream_(stream) {}

  void submit(std::string_view content) {
    auto ticket = stream_.submit(content);
    while (!ticket) {
      expect(oldest_ < next_, "submit found the window full although nothing is on its way");
      stream_.wait(oldest_++, Call::within(std::chrono::seconds(30)));
      ticket = stream_.submit(content);
    }
    expectEqual("ticket of a submit", *ticket, next_);
    ++next_;
  }
  /// Until all have landed. Returns the size after the last one, where known.
  std::optional<std::uint64_t> flush() { return stream_.wait(next_ - 1, Call::within(std::chrono::seconds(30))); }

 private:
  AppendStream& stream_;
  std::uint64_t oldest_ = 0, next_ = 0;
};

std::vector<Case> appendStreamRaceCases();

}  // namespace tally::conformance
