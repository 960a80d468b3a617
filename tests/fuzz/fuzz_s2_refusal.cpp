// What a service, or whatever answers in its place, says when it refuses.

#include <cstdlib>
#include <string_view>

#include "fuzz/fuzz.hpp"
#include "s2/wire/service_error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tally::s2;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  for (const int status : {0, 400, 404, 409, 412, 416, 429, 500, 503}) {
    const Refusal refusal = parseRefusal(status, body);
    if (isSequenceMismatch(refusal) && !refusal.next_seq_num) std::abort();
    // What is waited for or repeated can't be both done and undone.
    if (isBeingDeleted(refusal) && !hadNoEffect(refusal)) std::abort();
    if (refusalError(refusal, {"can't append", "append"}).message().size() > 4096) std::abort();
    static_cast<void>(isAbsent(refusal) || mayBeDeletion(refusal) || mayRetry(refusal));
  }
  return 0;
}
