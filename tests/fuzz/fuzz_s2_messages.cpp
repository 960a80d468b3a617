// The service's protobuf messages: what is read of them lies inside of them.

#include <cstdlib>
#include <functional>
#include <string_view>

#include "fuzz/fuzz.hpp"
#include "s2/wire/messages.hpp"
#include "tally/error.hpp"

namespace {

void mustLieIn(std::string_view bytes, std::string_view view) {
  if (view.empty()) return;
  const std::less_equal<const char*> upTo;
  if (!upTo(bytes.data(), view.data()) || !upTo(view.data() + view.size(), bytes.data() + bytes.size())) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    tally::s2::decodeBatch(bytes, [&](const tally::s2::RecordView& record) {
      for (const auto view : {record.body, record.kind, record.batch, record.token, record.command}) {
        mustLieIn(bytes, view);
      }
    });
  } catch (const tally::Error&) {
    static_cast<void>(size);
  }
  try {
    const tally::s2::AppendAck ack = tally::s2::decodeAck(bytes);
    if (ack.end.seq_num <= ack.start.seq_num) std::abort();
  } catch (const tally::Error&) {
    static_cast<void>(size);
  }
  return 0;
}
