#include "redis/soak_client.hpp"

#include <poll.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "tally/extensions/follow.hpp"

namespace tally::test {
namespace {

constexpr const char* kSharedLog = "soak/log";
constexpr std::chrono::seconds kPatience{60};

// What may happen while servers come and go.
bool isPassing(const Error& error) {
  return error.code() == ErrorCode::Unavailable || error.code() == ErrorCode::Timeout;
}

std::map<std::string, int> countLines(const std::string& text) {
  std::map<std::string, int> counts;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) ++counts[line];
  return counts;
}

}  // namespace

SoakClient::SoakClient(std::string name, const redis::Settings& settings)
    : name_(std::move(name)), storage_(settings), worker_([this] { work(); }), follower_([this] { follow(); }) {}

void SoakClient::stop() {
  stopping_ = true;
  if (worker_.joinable()) {
    worker_.join();
    follow_until_ = storage_.stat(kSharedLog, Call::within(kPatience))->size.value();
  }
  if (follower_.joinable()) follower_.join();
}

void SoakClient::work() {
  for (int number = 1; !stopping_; ++number) {
    appendOnce(number);
    appendPlainly(number);
    replace(number);
  }
}

// Again after what surely did nothing; false when nobody knows whether it was done.
template <typename Attempt>
bool SoakClient::tryUntilKnown(Attempt&& attempt) {
  for (;;) {
    try {
      attempt();
      ++acknowledged_;
      return true;
    } catch (const Error& error) {
      if (error.code() == ErrorCode::OutcomeUnknown) return false;
      if (!isPassing(error)) throw;
    }
    ::poll(nullptr, 0, 5);
  }
}

void SoakClient::appendOnce(int number) {
  Line line{name_ + " " + std::to_string(number)};
  AppendOptions options;
  options.token = line.text;
  line.acknowledged = tryUntilKnown([&] { storage_.append(kSharedLog, line.text + "\n", options); });
  shared_.push_back(line);
}

void SoakClient::appendPlainly(int number) {
  Line line{std::to_string(number)};
  line.acknowledged = tryUntilKnown([&] { storage_.append("soak/own-" + name_, line.text + "\n"); });
  own_.push_back(line);
}

void SoakClient::replace(int number) {
  if (tryUntilKnown([&] { storage_.write("soak/value-" + name_, std::to_string(number)); })) {
    value_ = number;
    open_values_.clear();
  } else {
    open_values_.push_back(number);
  }
}

void SoakClient::follow() {
  StringSink sink(followed_);
  std::unique_ptr<Follower> follower;
  while (followed_.size() < follow_until_) {
    try {
      if (!follower) follower = storage_.extension<Follow>()->openFollower(kSharedLog, {}, {});
      const FollowEvent event = follower->next(sink, 0, Call::within(std::chrono::milliseconds(200)));
      if (event == FollowEvent::Reset || event == FollowEvent::Removed) follow_failure_ = "it was told of a change";
    } catch (const Error& error) {
      if (!isPassing(error)) follow_failure_ = error.message();
    }
    if (!follow_failure_.empty()) return;
  }
}

void SoakClient::compareLines(const std::string& key, const std::vector<Line>& lines, IStorage& storage,
                              std::vector<std::string>& found) const {
  const auto counts = countLines(storage.read(key, {}, Call::within(kPatience)));
  for (const auto& line : lines) {
    const auto at = counts.find(line.text);
    const int count = at == counts.end() ? 0 : at->second;
    if (count > 1) found.push_back(key + ": '" + line.text + "' is there " + std::to_string(count) + " times");
    if (count == 0 && line.acknowledged) found.push_back(key + ": '" + line.text + "' was acknowledged and is lost");
  }
}

std::vector<std::string> SoakClient::findings(IStorage& storage) const {
  std::vector<std::string> found;
  compareLines(kSharedLog, shared_, storage, found);
  compareLines("soak/own-" + name_, own_, storage, found);
  const int there = std::stoi(storage.read("soak/value-" + name_, {}, Call::within(kPatience)));
  if (there != value_ && std::find(open_values_.begin(), open_values_.end(), there) == open_values_.end()) {
    found.push_back("the value is " + std::to_string(there) + ", but " + std::to_string(value_) +
                    " was acknowledged last");
  }
  const std::string log = storage.read(kSharedLog, {}, Call::within(kPatience));
  if (!follow_failure_.empty()) found.push_back("the follower of " + name_ + ": " + follow_failure_);
  if (log.compare(0, followed_.size(), followed_) != 0) found.push_back(name_ + " followed something else");
  return found;
}

}  // namespace tally::test
