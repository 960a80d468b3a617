// Records in any order and of any kind: whatever the content is then, its size, its ranges and its whole agree.

#include <cstdlib>
#include <memory>
#include <string>

#include "fuzz/fuzz.hpp"
#include "s2/records/fold.hpp"
#include "s2/wire/messages.hpp"
#include "tally/error.hpp"

namespace {

std::string contentOf(const tally::s2::Fold& fold, const tally::ByteRange& range) {
  std::string text;
  {
    tally::StringSink sink(text);
    fold.copy(range, sink);
  }
  return text;
}

void check(const tally::s2::Fold& fold) {
  const std::string whole = contentOf(fold, {});
  if (whole.size() != fold.size()) std::abort();
  for (const std::uint64_t length : {1, 3, 100}) {
    const std::uint64_t offset = whole.size() / 3;
    if (contentOf(fold, {offset, length}) != whole.substr(offset, length)) std::abort();
  }
  if (const auto after = fold.sizeAfter("t"); after && *after > whole.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::make_shared<const std::string>(reinterpret_cast<const char*>(data), size);
  tally::s2::Fold fold;
  try {
    tally::s2::decodeBatch(*bytes, [&](const tally::s2::RecordView& record) { fold.feed(record, bytes); });
  } catch (const tally::Error&) {
    static_cast<void>(size);
  }
  check(fold);
  return 0;
}
