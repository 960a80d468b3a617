// Group Q: many conversations at once, and several steps at once.
#include "store_cases.hpp"
#include "tally/conformance/expect.hpp"

namespace tally::conformance {
namespace {

/// Conversations of 0 to 3 steps, every seventh with a torn line behind them.
void fillStore(Context& context, const TallyStore& store, unsigned count) {
  for (unsigned number = 0; number < count; ++number) {
    const std::string id = "c" + std::to_string(1000 + number);
    const auto ref = store.createConversation(id);
    std::string lines;
    for (unsigned step = 0; step < number % 4; ++step) lines += lineText(step, "", id);
    if (number % 7 == 6) lines += R"({"stepIndex":)";
    if (!lines.empty()) context.storage().append(ref.path() + "/conversation.jsonl", lines);
  }
}

void summaries(Context& context) {
  const TallyStore store = storeOf(context);
  fillStore(context, store, context.rounds(200));
  auto all = store.listConversations();
  store.removeConversation(all.back().id());
  const auto found = store.summarize(all);
  expectEqual("summaries", found.size(), all.size());
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    const Conversation loaded = all[i].load();
    expectEqual("steps in the summary of " + quote(all[i].id()), found[i].steps, loaded.steps().size());
    expectEqual("findings in the summary of " + quote(all[i].id()), found[i].findings, loaded.findings().size());
  }
  expectEqual<std::size_t>("steps in the summary of a conversation that was removed", found.back().steps, 0);
}

std::vector<Step> stepsFrom(std::uint64_t first, std::uint64_t count) {
  std::vector<Step> steps;
  for (std::uint64_t index = first; index < first + count; ++index) steps.push_back(Step::parse(stepText(index)));
  return steps;
}

void severalSteps(Context& context) {
  const TallyStore store = storeOf(context);
  auto ref = store.createConversation("c");
  ref.append(stepsFrom(0, 3));
  ref.append(Step::parse(stepText(3)));
  ref.append(stepsFrom(4, 2));
  const Conversation loaded = ref.load();
  expectEqual<std::size_t>("steps", loaded.steps().size(), 6);
  expectEqual<std::size_t>("findings", loaded.findings().size(), 0);
}

void stepsOnce(Context& context) {
  const TallyStore store = storeOf(context);
  auto ref = store.createConversation("c");
  const AppendStepsOptions first{"token of the first"}, second{"token of the second"};
  ref.append(stepsFrom(0, 2), first);
  const std::string before = context.storage().read(kConversation);
  ref.append(stepsFrom(0, 2), first);
  auto again = *storeOf(context).getConversation("c");
  again.append(stepsFrom(0, 2), first);
  expectContent(context.storage(), kConversation, before);
  again.append(stepsFrom(2, 1), second);
  expectEqual<std::size_t>("steps", ref.load().steps().size(), 3);
}

}  // namespace

std::vector<Case> storeManyCases() {
  return {
      {"Q20", "store: summaries say of each conversation what loading it says", summaries},
      {"Q25", "store: steps appended again with their token are there once", stepsOnce, Capability::AppendToken},
      {"Q27", "store: several steps in one append are all there, in order", severalSteps},
  };
}

}  // namespace tally::conformance
