// Group Q: the typed store over the storage under test. Here conversations and whole stores; runs: store_run_cases.cpp.
#include "store_cases.hpp"

#include "parallel.hpp"
#include "tally/conformance/expect.hpp"
#include "tally/conformance/store_groups.hpp"

namespace tally::conformance {
namespace {

using Kind = Finding::Kind;

ConversationRef loadRef(const TallyStore& store, std::string_view id = "c") {
  auto found = store.getConversation(id);
  if (!found) fail("getConversation of " + quote(id) + ": found nothing");
  return *found;
}

void lossless(Context& context) {
  const std::string odd =
      lineText(0, R"(,"conversationMetadata":{"b":1,"a":2},"n":9007199254740993,"f":1.10,"z":-0,)"
                  R"("timestamp":"2026-01-02T03:04:05.123456789+05:30","unknown":{"deep":[1.0,1e2]})");
  const std::string plain = lineText(1, R"(, "spaced" :  true )");
  context.storage().write(kConversation, odd + plain);
  const auto ref = loadRef(storeOf(context));
  Conversation conversation = ref.load();
  expectEqual<std::size_t>("steps", conversation.steps().size(), 2);
  ref.save(conversation);
  expectBytes("conversation.jsonl after load and save", context.storage().read(kConversation), odd + plain);
  conversation.add(Step::parse(stepText(2)));
  ref.save(conversation);
  const std::string after = context.storage().read(kConversation);
  expectBytes("the untouched lines after adding a step", after.substr(0, odd.size() + plain.size()), odd + plain);
}

void badIds(Context& context) {
  const TallyStore store = storeOf(context);
  for (const std::string& id : {std::string("../x"), std::string("a/b"), std::string(), std::string("."),
                                std::string("a\0b", 3), std::string(300, 'x'), std::string("\xff")}) {
    expectError(ErrorCode::InvalidId, "createConversation of " + quote(id), [&] { store.createConversation(id); });
    expectError(ErrorCode::InvalidId, "getConversation of " + quote(id), [&] { store.getConversation(id); });
    expectError(ErrorCode::InvalidId, "removeConversation of " + quote(id), [&] { store.removeConversation(id); });
  }
  expectListing(context.storage(), "", {});
}

void createTwice(Context& context) {
  const TallyStore store = storeOf(context);
  store.createConversation("c");
  const std::string meta = context.storage().read("conversations/c/meta.json");
  expectError(ErrorCode::AlreadyExists, "createConversation of an existing one",
              [&] { store.createConversation("c"); });
  expectContent(context.storage(), "conversations/c/meta.json", meta);
}

void loadEmpty(Context& context) {
  const Conversation loaded = storeOf(context).createConversation("c").load();
  expectEqual<std::size_t>("steps of a conversation just created", loaded.steps().size(), 0);
  expectBytes("its id", loaded.id(), "c");
}

void saveEmpty(Context& context) {
  const TallyStore store = storeOf(context);
  Conversation conversation("c");
  conversation.setMetadata(R"({"title":"t"})");
  store.saveConversation(conversation);
  const Conversation loaded = loadRef(store).load();
  expectEqual<std::size_t>("steps", loaded.steps().size(), 0);
  expectBytes("id of a conversation saved without steps", loaded.id(), "c");
  expectBytes("its metadata", loaded.metadata().value_or("nothing"), R"({"title":"t"})");
}

void killAgent(Context& context) {
  storeOf(context).createConversation("c");
  std::uint64_t next = 0;
  while (next < 1000) {
    const auto enough = next + context.number(20, 60);
    Child agent([&](const Child::Reporter& report) {
      auto ref = loadRef(storeOf(context));
      for (std::uint64_t i = next;; ++i) {
        ref.append(Step::parse(stepText(i, R"(,"pad":")" + std::string(i * 131 % 900, 'p') + "\"")));
        report(i);
      }
    });
    std::uint64_t acknowledged = next;
    while (acknowledged < enough) acknowledged = agent.next().value_or(enough) + 1;
    agent.kill();
    while (const auto last = agent.next()) acknowledged = *last + 1;
    const Conversation loaded = loadRef(storeOf(context)).load();
    expect(loaded.findings().empty(), "load after kill -9 of the agent: found something odd");
    const auto count = loaded.steps().size();
    expect(count == acknowledged || count == acknowledged + 1, "steps after kill -9 of the agent: found " +
                                                                   std::to_string(count) + ", acknowledged were " +
                                                                   std::to_string(acknowledged));
    next = count;
  }
}

void tornLine(Context& context) {
  const std::string whole = lineText(0) + lineText(1);
  context.storage().write(kConversation, whole + R"({"stepIndex":2,"inp)");
  auto ref = loadRef(storeOf(context));
  Conversation loaded = ref.load();
  expectEqual<std::size_t>("steps before a torn line", loaded.steps().size(), 2);
  expect(hasFinding(loaded.findings(), Kind::TornLastLine), "load: does not report the torn last line");
  expectEqual("where the tear is reported", loaded.findings().front().offset, whole.size());
  ref.append(Step::parse(stepText(2)));
  loaded = ref.load();
  expectEqual<std::size_t>("steps after an append behind the torn line", loaded.steps().size(), 3);
  expectBytes("the bytes before the tear", context.storage().read(kConversation).substr(0, whole.size()), whole);
}

void damagedLine(Context& context) {
  const std::string damaged = "{\"stepIndex\":1,,\n";
  context.storage().write(kConversation, lineText(0) + damaged + lineText(2));
  const auto ref = loadRef(storeOf(context));
  Conversation loaded = ref.load();
  expectEqual<std::size_t>("steps beside a damaged line", loaded.steps().size(), 2);
  expect(hasFinding(loaded.findings(), Kind::InvalidLine), "load: does not report the damaged line");
  expectEqual<std::size_t>("the number of the reported line", loaded.findings().front().line, 2);
  loaded.add(Step::parse(stepText(3)));
  ref.save(loaded);
  expect(context.storage().read(kConversation).find(damaged) != std::string::npos, "save: lost the damaged line");
}

void missingLineFeed(Context& context) {
  for (const bool with : {true, false}) {
    std::string content = lineText(0);
    if (!with) content.pop_back();
    context.storage().write(kConversation, content);
    auto ref = loadRef(storeOf(context));
    ref.append(Step::parse(stepText(1)));
    ref.append(Step::parse(stepText(2)));
    const Conversation loaded = ref.load();
    expectEqual<std::size_t>("steps after two appends", loaded.steps().size(), 3);
    expect(loaded.findings().empty(), "load after two appends: found something odd");
  }
}

void oddOrder(Context& context) {
  for (const auto& lines : {lineText(0) + lineText(0), lineText(0) + lineText(2), lineText(1) + lineText(0)}) {
    context.storage().write(kConversation, lines);
    const Conversation loaded = loadRef(storeOf(context)).load();
    expectEqual<std::size_t>("steps of odd numbers", loaded.steps().size(), 2);
    expect(hasFinding(loaded.findings(), Kind::StepOrder), "load: does not report the odd order of " + quote(lines));
  }
}

void removeConversation(Context& context) {
  const TallyStore store = storeOf(context);
  for (const auto* id : {"c1", "c10", "c"}) {
    store.createConversation(id).append(Step::parse(stepText(0)));
  }
  context.storage().write("conversations/c1/runs/tally/r.json", "{}");
  auto late = loadRef(store, "c1");
  expectEqual("removeConversation: whether it existed", store.removeConversation("c1"), true);
  expectEqual("removeConversation again: whether it existed", store.removeConversation("c1"), false);
  expectListing(context.storage(), "conversations", {"c/", "c10/"});
  expectError(ErrorCode::NotFound, "a late append", [&] { late.append(Step::parse(stepText(1))); });
  expectAbsent(context.storage(), "conversations/c1");
  expectEqual<std::size_t>("steps of the neighbour", loadRef(store, "c10").load().steps().size(), 1);
}

void copyTree(IStorage& from, IStorage& to, const std::string& directory, std::vector<std::string>& keys) {
  for (const auto& entry : from.list(directory)) {
    if (entry.is_directory) {
      copyTree(from, to, entry.path, keys);
    } else {
      to.write(entry.path, from.read(entry.path));
      keys.push_back(entry.path);
    }
  }
}

void copyStore(Context& context) {
  const auto second = context.harness().openSecond();
  if (!second) Context::skip("the harness offers no second root or prefix");
  const TallyStore store = storeOf(context);
  for (int i = 0; i < 20; ++i) {
    auto ref = store.createConversation("conv-" + std::to_string(i));
    for (std::uint64_t k = 0; k < 5; ++k) ref.append(Step::parse(stepText(k)));
    context.storage().write(ref.path() + "/runs/tally/r.json", context.bytes(1000));
  }
  std::vector<std::string> keys, again;
  copyTree(context.storage(), *second, "", keys);
  copyTree(*second, context.storage(), "", again);
  expectNames("keys of the copy", again, keys);
  expectEqual<std::size_t>("keys of the store", keys.size(), 60);
  for (const auto& key : keys) expectBytes("copy of " + quote(key), second->read(key), context.storage().read(key));
  expectEqual<std::size_t>("conversations of the copy", TallyStore(second).listConversations().size(), 20);
}

void layout(Context& context) {
  const TallyStore store = storeOf(context);
  store.createConversation("c").append(Step::parse(stepText(0)));
  expectListing(context.storage(), "conversations/c", {"conversation.jsonl", "meta.json"});
  context.storage().write("conversations/old/meta.json", R"({"id":"old","createdAt":"2025-01-01T00:00:00.000Z"})");
  context.storage().write("conversations/old/conversation.jsonl", lineText(0, "", "old") + lineText(1, "", "old"));
  const Conversation old = loadRef(store, "old").load();
  expectEqual<std::size_t>("steps of a conversation in the original tool's layout", old.steps().size(), 2);
  expect(old.findings().empty(), "load of a conversation in the original tool's layout: found something odd");
}

void pages(Context& context) {
  const TallyStore store = storeOf(context);
  for (int i = 0; i < 25; ++i) store.createConversation("conv-" + std::to_string(i));
  context.storage().write("conversations/.hidden/meta.json", "{}");
  std::vector<std::string> whole, paged;
  for (const auto& ref : store.listConversations()) whole.push_back(ref.id());
  expectEqual<std::size_t>("conversations", whole.size(), 25);
  ListConversationsOptions options;
  options.limit = 4;
  for (auto page = store.listConversations(options); !page.empty(); page = store.listConversations(options)) {
    for (const auto& ref : page) paged.push_back(ref.id());
    options.start_after = paged.back();
  }
  expectNames("conversations in pages of 4", paged, whole);
}

}  // namespace

std::vector<Case> storeConversationCases() {
  return {
      {"Q01", "store: load and save keep every byte of what nobody touched", lossless},
      {"Q02", "store: ids that can be no name are InvalidId, and nothing is created", badIds},
      {"Q03", "store: creating a conversation twice is AlreadyExists, meta.json stays", createTwice},
      {"Q04", "store: a conversation without steps loads as such", loadEmpty},
      {"Q05", "store: saving no steps keeps id and metadata", saveEmpty},
      {"Q06", "store: kill -9 of an appending agent loses no acknowledged step", killAgent, Facility::Processes,
       Pace::Slow, 180},
      {"Q07", "store: a torn last line is reported, kept, and appended behind", tornLine},
      {"Q08", "store: a damaged line is reported, and the next save keeps it", damagedLine},
      {"Q09", "store: appends are valid with and without a final line feed", missingLineFeed},
      {"Q10", "store: odd step numbers are reported, the order is that of the file", oddOrder},
      {"Q19", "store: removing a conversation takes all of it and no other", removeConversation},
      {"Q21", "store: a copy to another place and back is the same, byte for byte", copyStore},
      {"Q22", "store: the layout is that of the original tool", layout},
      {"Q26", "store: pages of conversations are complete and do not overlap", pages},
  };
}

std::vector<Group> storeGroups() {
  Group group{'Q', "the typed store", storeConversationCases()};
  for (const auto& more : {storeRunCases(), storeManyCases()}) {
    group.cases.insert(group.cases.end(), more.begin(), more.end());
  }
  return {group};
}

}  // namespace tally::conformance
