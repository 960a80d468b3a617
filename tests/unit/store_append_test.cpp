#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "local/local_storage.hpp"
#include "support/doctest.hpp"
#include "support/documents.hpp"
#include "support/fake_storage.hpp"
#include "support/temp_dir.hpp"
#include "tally/tally_store.hpp"

using tally::Capabilities;
using tally::Capability;
using tally::Conversation;
using tally::ErrorCode;
using tally::TallyStore;
using tally::test::codeOf;
using tally::test::FakeStorage;
using tally::test::line;
using tally::test::step;
using tally::test::stepText;
using Calls = std::vector<std::string>;

namespace {
const std::string kKey = "conversations/c/conversation.jsonl";

struct Fixture {
  explicit Fixture(Capabilities capabilities = FakeStorage::kAll)
      : storage(std::make_shared<FakeStorage>(capabilities)), store(storage) {}
  std::string file() { return storage->read(kKey); }

  std::shared_ptr<FakeStorage> storage;
  TallyStore store;
};
}  // namespace

TEST_CASE("store: appending costs one call, and two more the first time") {
  Fixture fixture;
  fixture.storage->write(kKey, line("c", 0));
  auto ref = fixture.store.getConversation("c").value();
  fixture.storage->calls.clear();
  ref.append(step(1));
  CHECK(fixture.storage->calls == Calls{"stat " + kKey, "read " + kKey, "append " + kKey});
  fixture.storage->calls.clear();
  ref.append(step(2));
  ref.append(step(3));
  CHECK(fixture.storage->calls == Calls{"append " + kKey, "append " + kKey});
  CHECK(fixture.file() == line("c", 0) + line("c", 1) + line("c", 2) + line("c", 3));
}

TEST_CASE("store: appending works on a conversation without steps and is readable") {
  Fixture fixture;
  auto ref = fixture.store.createConversation("c");
  for (int i = 0; i < 1000; ++i) ref.append(step(i));
  const auto conversation = ref.load();
  CHECK(conversation.steps().size() == 1000);
  CHECK(conversation.findings().empty());
}

TEST_CASE("store: a step appended behind half a line gets a line of its own") {
  for (const std::string& tail : {stepText(0), std::string("{\"to"), std::string("\xEF\xBB\xBF")}) {
    for (const auto& capabilities : {FakeStorage::kAll, Capabilities()}) {
      Fixture fixture(capabilities);
      fixture.storage->write(kKey, tail);
      auto ref = fixture.store.getConversation("c").value();
      ref.append(step(1));
      ref.append(step(2));
      CHECK(fixture.file() == tail + "\n" + line("c", 1) + line("c", 2));
    }
  }
}

TEST_CASE("store: a file that somebody rewrote without a last line feed is noticed between two appends") {
  Fixture fixture;
  auto ref = fixture.store.createConversation("c");
  ref.append(step(0));
  fixture.storage->write(kKey, stepText(0) + "\n" + stepText(1));
  ref.append(step(2));
  CHECK(fixture.file() == stepText(0) + "\n" + stepText(1) + "\n" + line("c", 2));
}

TEST_CASE(
    "store: half a line that somebody else left between two appends swallows no step, whatever the backend can do") {
  for (const auto& capabilities : {FakeStorage::kAll, Capabilities()}) {
    Fixture fixture(capabilities);
    auto ref = fixture.store.createConversation("c");
    ref.append(step(0));
    fixture.storage->append(kKey, "{\"half");
    ref.append(step(1));
    CHECK(fixture.file() == line("c", 0) + "{\"half\n" + line("c", 1));
  }
}

TEST_CASE("store: without AppendAt each append looks at the end of the file") {
  Fixture fixture{Capabilities()};
  fixture.storage->write(kKey, line("c", 0));
  auto ref = fixture.store.getConversation("c").value();
  for (int i = 1; i < 3; ++i) {
    fixture.storage->calls.clear();
    ref.append(step(i));
    CHECK(fixture.storage->calls == Calls{"stat " + kKey, "read " + kKey, "append " + kKey});
  }
}

TEST_CASE("store: a step of 2 MiB is appended whole, to a fresh conversation and behind others") {
  const std::string text(std::size_t{2} * 1024 * 1024, 'x');
  const auto appendAll = [&](const std::shared_ptr<tally::IStorage>& storage) {
    auto ref = TallyStore(storage).createConversation("c");
    for (int i = 0; i < 3; ++i) ref.append(step(i, i == 1 ? "" : ",\"text\":\"" + text + "\""));
    const auto conversation = ref.load();
    REQUIRE(conversation.steps().size() == 3);
    CHECK(conversation.findings().empty());
    for (const std::size_t i : {0, 2}) CHECK(conversation.steps()[i].member("text")->size() == text.size() + 2);
  };
  appendAll(std::make_shared<FakeStorage>());
  const tally::test::TempDir dir;
  appendAll(std::make_shared<tally::local::LocalStorage>(
      tally::local::Settings{dir.path() / "store", true, tally::local::Durability::Process}));
}

TEST_CASE("store: a first append that fails is told, and leaves a conversation without steps") {
  for (const auto code : {ErrorCode::TooLarge, ErrorCode::InvalidArgument, ErrorCode::NoSpace}) {
    Fixture fixture;
    auto ref = fixture.store.createConversation("c");
    fixture.storage->failCall(3, code);  // behind the looks for the file and for its folder
    CHECK(codeOf([&] { ref.append(step(0)); }) == code);
    CHECK(fixture.storage->calls.back() == "append " + kKey);
    CHECK_FALSE(fixture.storage->stat(kKey).has_value());
    CHECK(ref.load().steps().empty());
    ref.append(step(0));
    CHECK(fixture.file() == line("c", 0));
  }
}

TEST_CASE("store: a writer that comes between check and append does not break a line") {
  Fixture fixture;
  fixture.storage->write(kKey, stepText(0));
  auto ref = fixture.store.getConversation("c").value();
  fixture.storage->on_call = [&](std::string_view) { fixture.storage->write(kKey, line("c", 0) + "{\"half"); };
  ref.append(step(1));
  CHECK(fixture.file() == line("c", 0) + "{\"half\n" + line("c", 1));
}

TEST_CASE("store: appending to a conversation that does not exist or was removed is NotFound and creates nothing") {
  Fixture fixture;
  auto ref = fixture.store.createConversation("c");
  fixture.store.removeConversation("c");
  CHECK(codeOf([&] { ref.append(step(0)); }) == ErrorCode::NotFound);
  auto again = fixture.store.createConversation("c");
  again.append(step(0));
  fixture.store.removeConversation("c");
  CHECK(codeOf([&] { again.append(step(1)); }) == ErrorCode::NotFound);
  CHECK_FALSE(fixture.storage->stat(kKey).has_value());
}

TEST_CASE("store: a failed append is not repeated, and the next one looks at the file again") {
  for (const auto code : {ErrorCode::OutcomeUnknown, ErrorCode::Unavailable}) {
    Fixture fixture;
    fixture.storage->write(kKey, line("c", 0));
    auto ref = fixture.store.getConversation("c").value();
    ref.append(step(1));
    fixture.storage->failCall(1, code);
    fixture.storage->calls.clear();
    CHECK(codeOf([&] { ref.append(step(2)); }) == code);
    CHECK(fixture.storage->calls.size() == 1);
    fixture.storage->write(kKey, line("c", 0) + "{\"half");
    ref.append(step(3));
    CHECK(fixture.file() == line("c", 0) + "{\"half\n" + line("c", 3));
  }
}

TEST_CASE("store: a step of another conversation is refused before any call") {
  Fixture fixture;
  auto ref = fixture.store.createConversation("c");
  fixture.storage->calls.clear();
  CHECK(codeOf([&] { ref.append(step(0, R"(,"conversationId":"d")")); }) == ErrorCode::InvalidDocument);
  CHECK(fixture.storage->calls.empty());
}

TEST_CASE("store: appends of several writers are all kept, each on its line") {
  constexpr int kWriters = 4, kSteps = 100;
  Fixture fixture;
  const auto ref = fixture.store.createConversation("c");
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([own = ref, writer]() mutable {
      for (int i = 0; i < kSteps; ++i) own.append(step(writer * kSteps + i));
    });
  }
  for (auto& writer : writers) writer.join();
  const auto conversation = ref.load();
  std::vector<bool> seen(kWriters * kSteps);
  for (const auto& one : conversation.steps()) seen.at(static_cast<std::size_t>(one.index())) = true;
  CHECK(conversation.steps().size() == seen.size());
  CHECK(std::count(seen.begin(), seen.end(), false) == 0);
}

TEST_CASE("store: a backend that always answers Conflict does not hold an append for ever") {
  Fixture fixture;
  auto ref = fixture.store.createConversation("c");
  std::function<void(std::string_view)> grow;
  grow = [&](std::string_view) {
    fixture.storage->append(kKey, "\n");
    fixture.storage->on_call = grow;
  };
  fixture.storage->on_call = grow;
  CHECK(codeOf([&] { ref.append(step(0)); }) == ErrorCode::Conflict);
}

TEST_CASE("store: several steps are appended in one call, and none when one is wrong") {
  Fixture fixture;
  auto ref = fixture.store.createConversation("c");
  const tally::Step steps[] = {step(0), step(1), step(2)};
  ref.append(steps);
  CHECK(fixture.storage->calls.back() == "append " + kKey);
  CHECK(fixture.file() == line("c", 0) + line("c", 1) + line("c", 2));
  const tally::Step wrong[] = {step(3), step(4, R"(,"conversationId":"d")")};
  CHECK(codeOf([&] { ref.append(wrong); }) == ErrorCode::InvalidDocument);
  CHECK(ref.load().steps().size() == 3);
  fixture.storage->calls.clear();
  ref.append(std::span<const tally::Step>());
  CHECK(fixture.storage->calls.empty());
}

TEST_CASE("store: the first step appended brings the conversation's metadata, as the first one added does") {
  const std::string meta = R"(,"conversationMetadata":{"title":"T"})";
  for (const auto& capabilities : {FakeStorage::kAll, Capabilities()}) {
    Fixture fixture(capabilities);
    auto ref = fixture.store.createConversation("c");
    const tally::Step steps[] = {step(0, meta), step(1, meta)};
    ref.append(steps);
    ref.append(step(2, meta));
    Conversation added("c");
    for (const auto& one : {steps[0], steps[1], step(2, meta)}) added.add(one);
    CHECK(fixture.file() == added.serialize());
    CHECK(ref.load().metadata() == R"({"title":"T"})");

    fixture.storage->write(kKey, "");
    auto again = fixture.store.getConversation("c").value();
    again.append(step(0, R"(,"conversationMetadata":7)"));
    CHECK(fixture.file() == line("c", 0));
  }
}

TEST_CASE("store: who comes second brings no metadata, though the file was empty when it looked") {
  Fixture fixture;
  auto ref = fixture.store.createConversation("c");
  // Between the look at the end and the append: the third call.
  fixture.storage->on_call = [&](std::string_view) {
    fixture.storage->on_call = [&](std::string_view) {
      fixture.storage->on_call = [&](std::string_view) { fixture.storage->append(kKey, line("c", 0)); };
    };
  };
  ref.append(step(1, R"(,"conversationMetadata":{"title":"T"})"));
  CHECK(fixture.file() == line("c", 0) + line("c", 1));
}

TEST_CASE("store: a step appended again with its token lands once") {
  Fixture fixture({Capability::AppendAt, Capability::AppendToken});
  auto ref = fixture.store.createConversation("c");
  const auto appendOne = [&](int index, std::string_view token) {
    const tally::Step one[] = {step(index)};
    ref.append(one, {token});
  };
  appendOne(0, "a");
  appendOne(0, "a");
  auto other = fixture.store.getConversation("c").value();
  const tally::Step one[] = {step(0)};
  other.append(one, {"a"});
  appendOne(1, "b");
  CHECK(fixture.file() == line("c", 0) + line("c", 1));

  Fixture plain;
  auto without = plain.store.createConversation("c");
  CHECK(codeOf([&] { without.append(one, {"a"}); }) == ErrorCode::Unsupported);
  CHECK(plain.storage->calls.back() == "write conversations/c/meta.json");
}
