// Group R: batches above what a service takes at once.
#include "batch_results.hpp"

namespace tally::conformance {
namespace {

void thousand(Context& context) {
  auto& storage = context.storage();
  const auto keys = numbered("d/k", 1000);
  std::vector<std::string> contents;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    contents.push_back(context.bytes(i % 100 == 0 ? 300'000 : context.number(0, 2000)));
  }
  Results written(keys.size()), read(keys.size());
  of<Batch>(storage).writeMany(keysOf(keys), keysOf(contents), {}, written, {});
  for (std::size_t i = 0; i < keys.size(); ++i) expectDone(written.items()[i], "write of " + quote(keys[i]));
  expectEqual("entries of 'd' after a batch of writes", storage.list("d").size(), keys.size());
  of<Batch>(storage).readMany(keysOf(keys), read, {});
  for (std::size_t i = 0; i < keys.size(); ++i) {
    expectDone(read.items()[i], "read of " + quote(keys[i]));
    expectBytes("content of " + quote(keys[i]) + ", read in a batch", read.items()[i].content, contents[i]);
  }
}

void removeThousand(Context& context) {
  auto& storage = context.storage();
  auto keys = numbered("d/k", 1001);
  std::vector<std::string> there(keys.begin(), keys.end() - 1);
  there.push_back("d/stays");
  Results written(there.size()), removed(keys.size());
  of<Batch>(storage).writeMany(keysOf(there), Batch::Keys(there.size(), "1"), {}, written, {});
  for (const auto& item : written.items()) expectDone(item, "write of what is to be removed");
  std::swap(keys[500], keys.back());  // so that what is not there stands in the middle, and the last one is
  of<Batch>(storage).removeMany(keysOf(keys), {}, removed, {});
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i == 500) {
      expectFailed(removed.items()[i], ErrorCode::NotFound, "remove of a missing key in a batch of 1001");
    } else {
      expectDone(removed.items()[i], "remove of " + quote(keys[i]) + " in a batch of 1001");
    }
  }
  expectListing(storage, "d", {"stays"});
}

}  // namespace

std::vector<Case> batchManyCases() {
  constexpr auto kBatch = Batch::kId;
  return {
      {"R05", "write, read: a thousand of all sizes, one answer each", thousand, kBatch},
      {"R16", "remove: 1001 are gone, one answer each", removeThousand, kBatch},
  };
}

}  // namespace tally::conformance
