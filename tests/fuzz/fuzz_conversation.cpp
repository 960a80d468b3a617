// Conversations: any bytes are read and come back as they were, and an edit leaves every other line alone.

#include <cstdlib>
#include <string>

#include "fuzz/fuzz.hpp"
#include "tally/documents.hpp"
#include "tally/error.hpp"

namespace {

using tally::Conversation;
using tally::Step;

void must(bool holds) {
  if (!holds) std::abort();
}

// `after` has the steps of `before` but for number `removed`; one of them may have been given the metadata.
void mustBeTheRest(const Conversation& after, const Conversation& before, std::size_t removed) {
  std::size_t changed = 0;
  for (std::size_t i = 0; i < after.steps().size(); ++i) {
    changed += after.steps()[i] == before.steps()[i < removed ? i : i + 1] ? 0 : 1;
  }
  must(changed <= 1);
}

void removeEach(const Conversation& conversation) {
  constexpr std::size_t kMost = 8;
  const std::size_t count = conversation.steps().size();
  for (std::size_t i = 0; i < count && i < kMost; ++i) {
    Conversation edited = conversation;
    edited.remove(i);
    const auto again = Conversation::parse("c", edited.serialize());
    must(again.steps().size() + 1 == count);
    must(again.metadata() == conversation.metadata());
    mustBeTheRest(again, conversation, i);
  }
}

void addOne(Conversation edited, const std::string& text) {
  const std::size_t count = edited.steps().size();
  edited.add(Step::parse(R"({"stepIndex":7,"input":{},"output":[]})"));
  must(edited.serialize().starts_with(text));
  const auto again = Conversation::parse("c", edited.serialize());
  must(again.steps().size() == count + 1);
  mustBeTheRest(edited, again, count + 1);
}

void setMetadata(Conversation edited) {
  const Conversation before = edited;
  edited.setMetadata(R"({"a":1})");
  const auto again = Conversation::parse("c", edited.serialize());
  must(again.metadata() == R"({"a":1})");
  must(again.steps().size() == before.steps().size());
  mustBeTheRest(again, before, before.steps().size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto conversation = Conversation::parse("c", text);
  must(conversation.serialize() == text);
  removeEach(conversation);
  addOne(conversation, text);
  setMetadata(conversation);
  for (const auto& step : conversation.steps()) must(step.text().find(step.input()) != std::string::npos);
  return 0;
}
