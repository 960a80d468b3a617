#include "redis/names/directories.hpp"

#include <algorithm>

#include "redis/wire/numbers.hpp"

namespace tally::redis {
namespace {

using namespace std::string_view_literals;

constexpr std::uint64_t kPage = 5000;
constexpr std::uint64_t kDoubtsAtOnce = 100;

constexpr std::string_view kFile = "\0f"sv, kDirectory = "\0d"sv, kBehindBoth = "\0\xff"sv;

double microseconds(ReplyView time) {
  return numberOf<double>(time[0].text()) * 1e6 + numberOf<double>(time[1].text());
}

// When the script began that answered with this time of a doubt.
std::int64_t begunAt(const std::string& doubted) { return numberOf<std::int64_t>(doubted) - kPatienceUs; }

// Whether the earliest doubt is due: the answers to addDueQuestion().
bool isDue(const Answer& earliest, const Answer& time) {
  const ReplyView doubt = earliest.value();
  return doubt.size() == 2 && numberOf<double>(doubt[1].text()) < microseconds(time.value());
}

// What a script answered, unless it is a refusal.
std::string_view accepted(ReplyView answer) {
  if (answer.isArray()) throwRefusal(answer[0].text());
  return answer.text();
}

}  // namespace

void throwRefusal(std::string_view refusal) {
  if (refusal == "IS_DIRECTORY") throw Error(ErrorCode::IsADirectory, "the key is a directory: objects are below it");
  if (refusal == "NOT_DIRECTORY") {
    throw Error(ErrorCode::NotADirectory, "a part of the key's path is an object, not a directory");
  }
  throw Error(ErrorCode::Internal, "a script of the backend answered '" + std::string(refusal) + "'");
}

struct Directories::Page {
  Reply names;
  bool due = false;
};

Request Directories::onIndex(Command command, Effect effect) const {
  return {std::move(command), names_.indexRoot(), effect};
}

void Directories::addDueQuestion(std::vector<Request>& requests) const {
  requests.push_back(onIndex(Command("ZRANGE").arg(names_.doubts()).arg("0").arg("0").arg("WITHSCORES")));
  requests.push_back(onIndex(Command("TIME")));
}

Directories::Page Directories::page(std::string_view directory, const std::string& after, std::uint64_t count,
                                    const Call& call) {
  std::vector<Request> requests;
  Command names("ZRANGEBYLEX");
  names.arg(setOf(directory)).arg(after).arg("+").arg("LIMIT").arg("0").arg(count);
  requests.push_back(onIndex(std::move(names)));
  addDueQuestion(requests);
  auto answers = finder_.find(call).run(std::move(requests), call);
  answers[0].value();
  return {std::move(answers[0].reply), isDue(answers[1], answers[2])};
}

bool Directories::list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) {
  const std::uint64_t limit = options.limit == 0 ? UINT64_MAX : options.limit;
  std::string after =
      options.start_after.empty() ? "-" : std::string("(").append(options.start_after).append(kBehindBoth);
  for (std::uint64_t delivered = 0;;) {
    const std::uint64_t count = std::min(limit - delivered, kPage - 1) + 1;
    const Page found = page(directory, after, count, call);
    if (found.due && settleDue(call)) continue;
    const ReplyView members = viewOf(found.names);
    const std::uint64_t wanted = std::min<std::uint64_t>(members.size(), limit - delivered);
    for (std::size_t i = 0; i < wanted; ++i) {
      const std::string_view member = members[i].text();
      out.take(member.substr(0, member.size() - kFile.size()), member.back() == kDirectory.back());
    }
    delivered += wanted;
    if (wanted < members.size()) return true;
    if (members.size() < count) return false;
    after = std::string("(").append(members[members.size() - 1].text());
    call.check();
  }
}

bool Directories::contains(std::string_view directory, const Call& call) {
  for (;;) {
    std::vector<Request> requests;
    requests.push_back(onIndex(Command("EXISTS").arg(setOf(directory))));
    addDueQuestion(requests);
    const auto answers = finder_.find(call).run(std::move(requests), call);
    if (answers[0].value().integer() == 0) return false;
    if (!isDue(answers[1], answers[2]) || !settleDue(call)) return true;
  }
}

void Directories::addEntryQuestions(std::string_view key, std::vector<Request>& requests) const {
  requests.push_back(onIndex(Command("EXISTS").arg(setOf(key))));
  requests.push_back(entryQuestion(key));
}

Request Directories::entryQuestion(std::string_view key) const {
  const std::string member = std::string(path::basename(key)).append(kFile);
  return onIndex(Command("ZSCORE").arg(setOf(path::parent(key))).arg(member));
}

bool Directories::forget(std::string_view key, const Call& call) {
  std::vector<Request> requests;
  addEntryQuestions(key, requests);
  const auto answers = finder_.find(call).run(std::move(requests), call);
  return forgetKnowing(key, answers[0], answers[1], call);
}

bool Directories::forgetKnowing(std::string_view key, const Answer& directory, const Answer& entry, const Call& call) {
  if (directory.value().integer() != 0) return contains(key, call);
  if (entry.value().isNil()) return false;
  Server& server = finder_.find(call);
  Command command = Command::call(Scripts::all().doubt, {names_.indexRoot(), names_.doubts()});
  command.arg(key).arg(kPatienceUs).arg("new");
  const Reply doubted = server.run(onIndex(std::move(command), Effect::Settles), call);
  const std::string stamp(accepted(viewOf(doubted)));
  if (!stamp.empty()) lookAgain(key, stamp, call);
  return false;
}

std::string Directories::claim(std::string_view key, const Call& call) {
  Command command = Command::call(Scripts::all().claim, {names_.indexRoot(), names_.doubts()});
  command.arg(key).arg(kPatienceUs);
  const Reply reply = finder_.find(call).run(onIndex(std::move(command), Effect::Settles), call);
  return std::string(accepted(viewOf(reply)));
}

void Directories::confirm(std::string_view key, const std::string& claimed, std::int64_t ttl_ms, const Call& call) {
  Command command = Command::call(Scripts::all().confirm, {names_.indexRoot(), names_.doubts()});
  command.arg(key).arg(claimed).arg(ttl_ms).arg(begunAt(claimed));
  const Reply reply = finder_.find(call).run(onIndex(std::move(command), Effect::Settles), call);
  if (viewOf(reply).isArray()) throwRefusal(viewOf(reply)[0].text());
}

std::optional<std::string> Directories::doubt(std::string_view key, const Call& call) {
  Command command = Command::call(Scripts::all().doubt, {names_.indexRoot(), names_.doubts()});
  command.arg(key).arg(kPatienceUs).arg("always");
  const Reply reply = finder_.find(call).run(onIndex(std::move(command), Effect::Settles), call);
  const std::string_view stamp = accepted(viewOf(reply));
  return stamp.empty() ? std::nullopt : std::optional<std::string>(stamp);
}

void Directories::drop(std::string_view key, const std::string& doubted, const Call& call) {
  Command command = Command::call(Scripts::all().settle, {names_.indexRoot(), names_.doubts()});
  command.arg(key).arg(doubted).arg("-2").arg("0");
  finder_.find(call).run(onIndex(std::move(command), Effect::Settles), call);
}

void Directories::lookAgain(std::string_view key, const std::string& doubted, const Call& call) {
  settle({{std::string(key), doubted, begunAt(doubted)}}, call);
}

// What PTTL says of each: -2 it is not there, -1 it stays, else milliseconds.
std::vector<std::int64_t> Directories::lifetimes(const std::vector<std::string>& keys, const Call& call) {
  std::vector<Request> questions;
  for (const auto& key : keys) {
    std::string stream = names_.stream(key);
    Command question("PTTL");
    question.arg(stream);
    questions.push_back({std::move(question), std::move(stream), Effect::Reads});
  }
  std::vector<std::int64_t> left;
  for (const auto& answer : finder_.find(call).run(std::move(questions), call))
    left.push_back(answer.value().integer());
  return left;
}

void Directories::settle(const std::vector<Doubt>& doubts, const Call& call) {
  std::vector<std::string> keys;
  keys.reserve(doubts.size());
  for (const auto& doubt : doubts) keys.push_back(doubt.key);
  const auto left = lifetimes(keys, call);
  std::vector<Request> conclusions;
  for (std::size_t i = 0; i < doubts.size(); ++i) {
    Command command = Command::call(Scripts::all().settle, {names_.indexRoot(), names_.doubts()});
    command.arg(doubts[i].key).arg(doubts[i].time).arg(left[i]).arg(doubts[i].since);
    conclusions.push_back(onIndex(std::move(command), Effect::Settles));
  }
  for (const auto& answer : finder_.find(call).run(std::move(conclusions), call)) answer.value();
}

std::vector<bool> Directories::enter(const std::vector<std::string>& keys, const Call& call) {
  std::vector<Request> claims;
  for (const auto& key : keys) {
    Command command = Command::call(Scripts::all().claim, {names_.indexRoot(), names_.doubts()});
    command.arg(key).arg(kPatienceUs);
    claims.push_back(onIndex(std::move(command), Effect::Settles));
  }
  const auto answers = finder_.find(call).run(std::move(claims), call);
  std::vector<bool> entered(keys.size());
  std::vector<Doubt> claimed;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const ReplyView answer = answers[i].value();
    entered[i] = answer.isText();
    if (!entered[i]) continue;
    const std::string stamp(answer.text());
    claimed.push_back({keys[i], stamp, begunAt(stamp)});
  }
  settle(claimed, call);
  return entered;
}

void Directories::link(const std::vector<std::string>& directories, const Call& call) {
  std::vector<Request> links;
  for (const auto& directory : directories) {
    Command command = Command::call(Scripts::all().link, {names_.indexRoot(), names_.doubts()});
    command.arg(directory);
    links.push_back(onIndex(std::move(command), Effect::Settles));
  }
  for (const auto& answer : finder_.find(call).run(std::move(links), call)) answer.value();
}

std::uint64_t Directories::unlinkMissing(const std::vector<std::string>& directories, const Call& call) {
  std::vector<Request> unlinks;
  for (const auto& directory : directories) {
    Command command = Command::call(Scripts::all().unlink, {names_.indexRoot(), names_.doubts()});
    command.arg(directory);
    unlinks.push_back(onIndex(std::move(command), Effect::Settles));
  }
  std::uint64_t dropped = 0;
  for (const auto& answer : finder_.find(call).run(std::move(unlinks), call)) {
    dropped += static_cast<std::uint64_t>(answer.value().integer());
  }
  return dropped;
}

std::vector<bool> Directories::haveEntries(const std::vector<std::string>& keys, const Call& call) {
  std::vector<Request> questions;
  questions.reserve(keys.size());
  for (const auto& key : keys) questions.push_back(entryQuestion(key));
  std::vector<bool> have;
  for (const auto& answer : finder_.find(call).run(std::move(questions), call)) {
    have.push_back(!answer.value().isNil());
  }
  return have;
}

std::uint64_t Directories::dropMissing(const std::vector<std::string>& keys, const Call& call) {
  const auto left = lifetimes(keys, call);
  std::uint64_t missing = 0;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (left[i] != -2) continue;
    forget(keys[i], call);
    ++missing;
  }
  return missing;
}

bool Directories::settleDue(const Call& call) {
  Server& server = finder_.find(call);
  const Reply time = server.run(onIndex(Command("TIME")), call);
  Command question("ZRANGEBYSCORE");
  const auto now = static_cast<std::int64_t>(microseconds(viewOf(time)));
  question.arg(names_.doubts()).arg("-inf").arg(now);
  question.arg("WITHSCORES").arg("LIMIT").arg("0").arg(kDoubtsAtOnce);
  const Reply due = server.run(onIndex(std::move(question)), call);
  const ReplyView found = viewOf(due);
  std::vector<Doubt> doubts;
  for (std::size_t i = 0; i + 1 < found.size(); i += 2) {
    doubts.push_back({std::string(found[i].text()), std::string(found[i + 1].text()), now});
  }
  if (!doubts.empty()) settle(doubts, call);
  return !doubts.empty();
}

}  // namespace tally::redis
