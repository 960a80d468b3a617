// An application: keeps a conversation with itself in the store that the nearest tally.yaml names, reads it back, tells
// what it found, and saves a run over it. Which backend that is, the program does not know.
//
//   diary ID TEXT...     append one step a text to the conversation ID, which is created if needed

#include <ctime>
#include <iostream>
#include <string>

#include "tally/tally.hpp"

namespace {

tally::Step stepOf(std::size_t index, const std::string& text) {
  return tally::Step::of(tally::Json{{"stepIndex", index},
                                     {"input", {{"role", "user"}, {"content", text}}},
                                     {"output", {{{"role", "assistant"}, {"content", "Noted: " + text}}}}});
}

std::string now() {
  const auto seconds = std::time(nullptr);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&seconds));
  return text;
}

/// The least that an evaluation holds: it counts the steps and measures nothing.
tally::Document reportOf(const std::string& run, std::size_t steps) {
  const auto none = tally::Json::object();
  return tally::Document::of(
      {{"schemaVersion", 1},
       {"runId", run},
       {"createdAt", now()},
       {"defs", {{"metrics", none}, {"evals", none}, {"scorers", none}}},
       {"result", {{"stepCount", steps}, {"singleTurn", none}, {"multiTurn", none}, {"scorers", none}}}});
}

void keep(const std::string& id, int count, char** texts) {
  const auto store = tally::TallyStore::open();
  auto found = store.getConversation(id);
  auto conversation = found ? *found : store.createConversation(id);
  const std::size_t before = conversation.load().steps().size();
  for (int i = 0; i < count; ++i) conversation.append(stepOf(before + static_cast<std::size_t>(i), texts[i]));

  const auto run = conversation.createRun();
  auto report = reportOf(run.id(), before + static_cast<std::size_t>(count));
  run.save(report);

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
    std::cerr << "diary: " << tally::nameOf(error.code()) << ": " << error.what() << '\n';
    return 1;
  }
}
