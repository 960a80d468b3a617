// A trajectory is several objects. Saved in the order that core/README.md gives, no death of the writer leaves a state
// that reads wrongly (bug 67).

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "support/doctest.hpp"
#include "support/documents.hpp"
#include "support/fake_storage.hpp"
#include "tally/tally_store.hpp"

using namespace tally;
using namespace tally::test;

namespace {

constexpr int kTurns = 3;

/// The first traces of a trajectory, saved as the same document grows.
void saveTraces(const TallyStore& store, std::size_t count) {
  const Json sample = Json::parse(dataFile("stepTraces.json"))[0];
  Json traces = Json::array();
  for (std::size_t i = 0; i < count; ++i) traces.push_back(sample);
  auto document = Document::of(traces);
  if (const auto before = store.loadTrajectoryStepTraces("c")) document.setVersion(before->version());
  store.saveTrajectoryStepTraces("c", document);
}

/// A whole trajectory, in the order that keeps its parts true.
void runTrajectory(const TallyStore& store) {
  auto ref = store.createConversation("c");
  auto meta = Document::parse(dataFile("trajectory.meta.json"));
  store.saveTrajectoryMeta("c", meta);
  for (int turn = 0; turn < kTurns; ++turn) {
    ref.append(step(turn));
    saveTraces(store, static_cast<std::size_t>(turn) + 1);
  }
  auto record = trajectoryRun();
  ref.createRun({RunType::Trajectory, "r"}).save(record);
}

/// What a reader holds to be true of whatever it finds.
void checkReadable(const TallyStore& store) {
  const auto ref = store.getConversation("c");
  if (!ref) return;
  const auto conversation = ref->load();
  const auto traces = store.loadTrajectoryStepTraces("c");
  const auto meta = store.loadTrajectoryMeta("c");
  const auto run = ref->getRun(RunType::Trajectory, "r");
  const std::size_t traced = traces ? traces->json().size() : 0;
  CHECK(conversation.findings().empty());
  CHECK((!traces || traces->findings().empty()));
  CHECK((!meta || meta->findings().empty()));
  CHECK((traced == conversation.steps().size() || traced + 1 == conversation.steps().size()));
  CHECK((conversation.steps().empty() || meta.has_value()));
  if (!run) return;
  CHECK(run->load().findings().empty());
  CHECK(traced == kTurns);
}

}  // namespace

TEST_CASE(
    "store: wherever the writer of a trajectory dies, what is there is true, and the run says that all is (bug 67)") {
  const auto whole = std::make_shared<FakeStorage>();
  runTrajectory(TallyStore(whole));
  const std::size_t calls = whole->calls.size();
  checkReadable(TallyStore(whole));
  CHECK(TallyStore(whole).getConversation("c")->getRun(RunType::Trajectory, "r").has_value());
  for (std::size_t n = 1; n <= calls; ++n) {
    CAPTURE(n);
    const auto storage = std::make_shared<FakeStorage>();
    storage->failCall(n, ErrorCode::Unavailable);
    REQUIRE(codeOf([&] { runTrajectory(TallyStore(storage)); }) == ErrorCode::Unavailable);
    checkReadable(TallyStore(storage));
    const auto ref = TallyStore(storage).getConversation("c");
    CHECK_FALSE((ref && ref->getRun(RunType::Trajectory, "r")));
  }
}
