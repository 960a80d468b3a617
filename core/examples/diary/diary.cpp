// An application: keeps a conversation with itself in the store that the nearest tally.yaml names, reads it back, and
// tells what it found. Which backend that is, the program does not know.
//
//   diary ID TEXT...     append one step a text to the conversation ID, which is created if needed

#include <iostream>
#include <string>

#include "tally/tally.hpp"

namespace {

tally::Step stepOf(std::size_t index, const std::string& text) {
  return tally::Step::of(tally::Json{{"stepIndex", index},
                                     {"input", {{"role", "user"}, {"content", text}}},
                                     {"output", {{{"role", "assistant"}, {"content", "Noted: " + text}}}}});
}

void keep(const std::string& id, int count, char** texts) {
  const auto store = tally::TallyStore::open();
  auto found = store.getConversation(id);
  auto conversation = found ? *found : store.createConversation(id);
  const std::size_t before = conversation.load().steps().size();
  for (int i = 0; i < count; ++i) conversation.append(stepOf(before + static_cast<std::size_t>(i), texts[i]));

  for (const auto& each : store.listConversations()) {
    const auto kept = each.load();
    std::cout << each.id() << ": " << kept.steps().size() << " steps";
    if (!kept.steps().empty()) std::cout << ", the last one " << kept.steps().back().input();
    std::cout << '\n';
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: diary ID TEXT...\n";
    return 2;
  }
  try {
    keep(argv[1], argc - 2, argv + 2);
    return 0;
  } catch (const tally::Error& error) {
    std::cerr << "diary: " << error.what() << '\n';
    return 1;
  }
}
