// Following a conversation: steps as they come, odd lines, cursors. Over files, and over a script where bytes have to
// arrive in a certain way.

#include <deque>
#include <thread>

#include "local/local_storage.hpp"
#include "support/doctest.hpp"
#include "support/documents.hpp"
#include "support/fake_storage.hpp"
#include "support/temp_dir.hpp"
#include "tally/tally_store.hpp"

using namespace tally;
using namespace tally::test;
using namespace std::chrono_literals;

namespace {

const std::string kKey = "conversations/c/conversation.jsonl";

/// Delivers what it is told, and numbers its places as cursors.
struct Script final : Follow {
  struct Part {
    FollowEvent event;
    std::string bytes;
  };
  std::deque<Part> parts;
  std::vector<std::string> opened_at;

  struct Reader final : Follower {
    Reader(Script& all, std::size_t begin) : script(all), at(begin) {}
    FollowEvent next(ByteSink& out, std::uint64_t, const Call&) override {
      if (at == script.parts.size()) return FollowEvent::Nothing;
      const Part& part = script.parts[at++];
      if (part.event == FollowEvent::Data) out.put(part.bytes);
      return part.event;
    }
    std::string cursor() const override { return std::to_string(at); }
    Script& script;
    std::size_t at;
  };

  void data(std::string bytes) { parts.push_back({FollowEvent::Data, std::move(bytes)}); }
  std::unique_ptr<Follower> openFollower(std::string_view, const FollowOptions& options, const Call&) override {
    opened_at.emplace_back(options.cursor);
    return std::make_unique<Reader>(*this, options.cursor.empty() ? 0 : std::stoul(std::string(options.cursor)));
  }
};

struct Scripted {
  Scripted() { storage->abilities[Follow::kId] = static_cast<Follow*>(&script); }
  StepFollower follow(const FollowStepsOptions& options = {}) const {
    return ConversationRef(storage, "conversations/c", "c").follow(options);
  }
  Script script;
  std::shared_ptr<FakeStorage> storage = std::make_shared<FakeStorage>();
};

struct Files {
  TempDir dir;
  std::shared_ptr<local::LocalStorage> storage =
      std::make_shared<local::LocalStorage>(local::Settings{dir.path() / "store", true, local::Durability::Process});
  TallyStore store{storage};
};

/// "step 0", "InvalidLine 2", "Reset": what came, in short.
std::string told(const FollowedStep& found) {
  const char* const events[] = {"Nothing", "Data", "Reset", "Removed"};
  if (found.event != FollowEvent::Data) return events[static_cast<int>(found.event)];
  std::string text;
  for (const auto& finding : found.findings) {
    text += std::string(nameOf(finding.kind)) + " " + std::to_string(finding.line) + "@" +
            std::to_string(finding.offset) + " ";
  }
  return text + (found.step ? "step " + std::to_string(found.step->index()) : "-");
}
std::string next(StepFollower& follower, std::chrono::nanoseconds time = 20s) {
  return told(follower.next(Call::within(time)));
}

}  // namespace

TEST_CASE("follow steps: those that are there, then those that are appended, as they were stored") {
  Files files;
  auto ref = files.store.createConversation("c");
  ref.append(step(0));
  auto follower = ref.follow();
  CHECK(next(follower) == "step 0");
  CHECK(next(follower, 0s) == "Nothing");
  std::jthread writer([ref]() mutable {
    const Step steps[] = {step(1), step(2)};
    ref.append(steps);
  });
  const auto found = follower.next();
  CHECK(found.step->text() + "\n" == line("c", 1));
  CHECK(next(follower) == "step 2");
  writer.join();
  files.storage->remove("conversations/c", RemoveOptions{true});
  CHECK(next(follower) == "Removed");
  auto again = files.store.createConversation("c");
  again.append(step(0));
  CHECK(next(follower) == "step 0");
  auto loaded = again.load();
  loaded.add(step(1));
  again.save(loaded);
  CHECK(next(follower) == "Reset");
  CHECK(next(follower) == "step 0");
  CHECK(next(follower) == "step 1");
}

TEST_CASE("follow steps: from the end, and without the ability") {
  Files files;
  auto ref = files.store.createConversation("c");
  ref.append(step(0));
  auto follower = ref.follow({true, ""});
  ref.append(step(1));
  auto again = ref.follow({false, follower.cursor()});
  for (auto* one : {&follower, &again}) CHECK(next(*one) == "step 1");
  ref.append(step(3));
  CHECK(next(follower) == "StepOrder 2@" + std::to_string(line("c", 1).size()) + " step 3");
  ConversationRef plain(std::make_shared<FakeStorage>(), "conversations/c", "c");
  CHECK(codeOf([&] { plain.follow(); }) == ErrorCode::Unsupported);
  CHECK(messageOf([&] { plain.follow(); }) ==
        "follow " + kKey + ": this backend can't tell of new steps; load the conversation again instead");
}

TEST_CASE("follow steps: odd lines are findings, as in a load, and none is lost") {
  Files files;
  const std::string bytes = "\xEF\xBB\xBF" + line("c", 0) + "oops\n\n[1]\n{\"stepIndex\":-1}\n" + line("d", 2) +
                            "{\"conversationId\":\"c\"}\n" + line("c", 2) + "{\"torn";
  files.storage->write(kKey, bytes);
  auto ref = files.store.getConversation("c").value();
  auto follower = ref.follow();
  std::vector<Finding> all;
  std::vector<Step> steps;
  for (FollowedStep found; (found = follower.next(Call::within(0s))).event == FollowEvent::Data;) {
    if (found.step) steps.push_back(*found.step);
    all.insert(all.end(), found.findings.begin(), found.findings.end());
  }
  auto loaded = ref.load().findings();
  REQUIRE(loaded.size() == all.size() + 1);
  CHECK(loaded.back().kind == Finding::Kind::TornLastLine);
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(all[i].kind == loaded[i].kind);
    CHECK(all[i].line == loaded[i].line);
    CHECK(all[i].offset == loaded[i].offset);
    CHECK(all[i].detail == loaded[i].detail);
  }
  CHECK(steps == ref.load().steps());

  ref.append(step(3));  // behind the torn line
  loaded = ref.load().findings();
  const auto torn = follower.next();
  REQUIRE(torn.findings.size() == 1);
  CHECK(torn.findings[0].kind == Finding::Kind::InvalidLine);
  CHECK(torn.findings[0].line == 9);
  CHECK(torn.findings[0].offset == loaded.back().offset);
  CHECK(next(follower) == "step 3");
}

TEST_CASE("follow steps: bytes may arrive in any parts") {
  const std::string bytes = line("c", 0) + "x\n" + line("c", 1) + "\r\n" + line("c", 2);
  for (std::size_t size = 1; size < bytes.size(); size += 7) {
    Scripted scripted;
    for (std::size_t at = 0; at < bytes.size(); at += size) scripted.script.data(bytes.substr(at, size));
    auto follower = scripted.follow();
    CHECK(next(follower) == "step 0");
    CHECK(next(follower) == "InvalidLine 2@" + std::to_string(line("c", 0).size()) + " -");
    CHECK(next(follower) == "step 1");
    CHECK(next(follower) == "step 2");
    CHECK(next(follower) == "Nothing");
  }
}

TEST_CASE("follow steps: a cursor behind any step goes on there, with the numbers of the file") {
  const std::string bytes = line("c", 0) + line("c", 1) + "x\n" + line("c", 3) + line("c", 4);
  const std::vector<std::string> wanted = {"step 0",
                                           "step 1",
                                           "InvalidLine 3@" + std::to_string(2 * line("c", 0).size()) + " -",
                                           "StepOrder 4@" + std::to_string(2 * line("c", 0).size() + 2) + " step 3",
                                           "step 4",
                                           "Nothing"};
  for (const std::size_t size : {bytes.size(), std::size_t{50}, std::size_t{3}}) {
    Scripted scripted;
    for (std::size_t at = 0; at < bytes.size(); at += size) scripted.script.data(bytes.substr(at, size));
    FollowStepsOptions options;
    for (std::size_t begin = 0; begin < wanted.size(); ++begin) {
      auto follower = scripted.follow(options);
      for (std::size_t i = begin; i < wanted.size(); ++i) {
        CHECK(next(follower) == wanted[i]);
        if (i == begin) options.cursor = follower.cursor();
      }
    }
  }
}

TEST_CASE("follow steps: a last line without line feed is delivered once it is whole") {
  const std::string whole = line("c", 0).substr(0, line("c", 0).size() - 1);
  Scripted scripted;
  scripted.script.data(whole.substr(0, 20));
  scripted.script.data(whole.substr(20));
  auto follower = scripted.follow();
  CHECK(next(follower) == "step 0");
  CHECK(next(follower) == "Nothing");
  const std::string cursor = follower.cursor();
  scripted.script.data("\n" + line("c", 1));
  scripted.script.data("x\n");
  const std::string odd = "InvalidLine 3@" + std::to_string(2 * line("c", 0).size()) + " -";
  CHECK(next(follower) == "step 1");
  CHECK(next(follower) == odd);
  auto again = scripted.follow({false, cursor});
  CHECK(next(again) == "step 1");
  CHECK(next(again) == odd);

  scripted.script.data(whole);
  CHECK(next(follower) == "StepOrder 4@" + std::to_string(2 * line("c", 0).size() + 2) + " step 0");
  scripted.script.data("more\n");
  CHECK(next(follower) == "InvalidLine 4@" + std::to_string(3 * line("c", 0).size() + 1) + " -");
}

TEST_CASE("follow steps: a conversation that was saved anew begins with its first line") {
  Scripted scripted;
  scripted.script.data(line("c", 0) + line("c", 1) + "half");
  auto follower = scripted.follow();
  CHECK(next(follower) == "step 0");
  const std::string cursor = follower.cursor();
  CHECK(next(follower) == "step 1");
  scripted.script.parts.push_back({FollowEvent::Reset, ""});
  scripted.script.data("y\n" + line("c", 0));
  CHECK(next(follower) == "Reset");
  CHECK(next(follower) == "InvalidLine 1@0 -");
  CHECK(next(follower) == "step 0");
  // A cursor from before: what had been passed over is void as well.
  scripted.script.parts.pop_front();
  auto again = scripted.follow({false, cursor});
  CHECK(next(again) == "Reset");
  CHECK(next(again) == "InvalidLine 1@0 -");
}

TEST_CASE("follow steps: what is no cursor is InvalidArgument") {
  Scripted scripted;
  const std::string good = scripted.follow().cursor();
  CHECK(scripted.script.opened_at == std::vector<std::string>{""});
  for (const std::string& bad :
       std::vector<std::string>{"x", "steps1", "steps1-0-0-0-0-", "steps1-0-0-x-0-0", "steps1-0-0--1-0-0",
                                "steps1-0-0--9223372036854775808-0-0", "steps2" + good.substr(6)}) {
    CAPTURE(bad);
    CHECK(codeOf([&] { scripted.follow({false, bad}); }) == ErrorCode::InvalidArgument);
  }
  scripted.follow({false, good});
  CHECK(scripted.script.opened_at.back() == "0");
}
