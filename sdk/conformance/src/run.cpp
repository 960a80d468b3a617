#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include "isolate.hpp"
#include "report.hpp"
#include "selection.hpp"
#include "tally/conformance/expect.hpp"
#include "tally/conformance/runner.hpp"

namespace tally::conformance {
namespace {

constexpr int kOpenLimitSeconds = 60;
constexpr std::string_view kLetters = "PFSD";  // of the results, in the answer of a child

std::string answerOf(Result result, const std::string& words = {}) {
  return kLetters[static_cast<std::size_t>(result)] + words;
}

/// Run one case here. The answer is a letter for the result and the text.
std::string runHere(const Case& test, Harness& harness, std::uint64_t seed, unsigned effort) {
  try {
    harness.clear();
    Context context(harness, seed, effort);
    const char* const ability = test.needs.extension;
    if (ability != nullptr && context.storage().extension(ability) == nullptr) {
      return answerOf(Result::Skipped, std::string("the optional ability ") + ability + " is not offered");
    }
    test.run(context);
    return answerOf(Result::Passed);
  } catch (const Skip& skip) {
    return answerOf(Result::Skipped, skip.reason);
  } catch (const Error& error) {
    return answerOf(Result::Failed, "unexpected " + std::string(tally::nameOf(error.code())) + ": " + error.what());
  } catch (const std::exception& error) {
    return answerOf(Result::Failed, error.what());
  } catch (...) {
    return answerOf(Result::Failed, "something was thrown that is no exception");
  }
}

void clearQuietly(Harness& harness) noexcept {
  try {
    harness.clear();
  } catch (...) {  // the case has given its answer; what it leaves behind is not its promise
  }
}

void judge(Outcome& outcome, const ChildAnswer& answer) {
  const auto letter = kLetters.find(answer.text.empty() ? 'F' : answer.text[0]);
  const bool crashed = !answer.crash.empty() || answer.text.empty();
  outcome.result = crashed ? Result::Failed : static_cast<Result>(letter);
  outcome.text = crashed ? (answer.crash.empty() ? "the case gave no answer" : answer.crash) : answer.text.substr(1);
  outcome.seconds = answer.seconds;
}

/// A case that was begun, and where its outcome goes.
struct Started {
  std::size_t index;
  unsigned place;
};

/// Runs cases, some at the same time, and keeps what all of them share.
class Run {
 public:
  Run(Harness& harness, const Options& options)
      : harness_(harness), options_(options), deviations_(harness.deviations()) {
    report_.name = harness.name();
    report_.seed = options.seed;
    report_.capabilities = ask();
    jobs_ = options.isolate ? std::clamp(options.jobs, 1U, std::max(1U, harness.places())) : 1;
    for (unsigned place = jobs_; place != 0; --place) free_places_.push_back(place - 1);
  }

  void plan(const std::vector<Group>& groups, const Selection& selection) {
    for (unsigned round = 0; round < options_.repeat; ++round) {
      for (const auto& group : groups) {
        for (const auto& test : group.cases) {
          if (!selection.takes(group, test)) continue;
          report_.outcomes.emplace_back().test = &test;
          seeds_.push_back(options_.seed + round);
        }
      }
    }
    ended_.assign(report_.outcomes.size(), false);
    if (options_.planned) options_.planned(report_.outcomes.size());
  }

  Report all() {
    std::size_t next = 0;
    while (!stopped() && (next < report_.outcomes.size() || !running_.empty())) {
      while (next < report_.outcomes.size() && running_.size() < jobs_) begin(next++);
      if (!running_.empty()) waitForOne(running_);
      collect();
    }
    running_.clear();
    dropUnended();
    return std::move(report_);
  }

 private:
  /// What the storage declares. Asked in a child, so that this process never opens what children will open.
  Capabilities ask() {
    const auto body = [this] {
      try {
        harness_.clear();
        return std::to_string(Context(harness_, 0).storage().capabilities().bits());
      } catch (const std::exception& error) {
        return std::string("!") + error.what();
      }
    };
    const ChildAnswer answer = options_.isolate ? inChild(kOpenLimitSeconds, body) : ChildAnswer{body(), {}, 0};
    const std::string why = answer.text.substr(0, 1) == "!" ? answer.text.substr(1) : answer.crash;
    if (!why.empty()) throw CantOpen("can't open the storage under test: " + why);
    return Capabilities(std::stoull(answer.text));
  }

  bool stopped() { return report_.stopped = report_.stopped || (options_.stop && options_.stop()); }

  void begin(std::size_t index) {
    Outcome& outcome = report_.outcomes[index];
    const Case& test = *outcome.test;
    if (options_.before) options_.before(test);
    if (decided(outcome)) return end(outcome);
    const auto body = [&, seed = seeds_[index]] { return runHere(test, harness_, seed, options_.effort); };
    if (!options_.isolate) {
      judge(outcome, {body(), {}, 0});
      return end(outcome);
    }
    const unsigned place = free_places_.back();
    free_places_.pop_back();
    const int limit = options_.limit_seconds != 0 ? options_.limit_seconds : test.limit_seconds;
    running_.push_back(std::make_unique<Isolated>(
        limit,
        [this, place, &body] {
          harness_.choosePlace(place);
          return body();
        },
        [this] { clearQuietly(harness_); }));
    started_.push_back({index, place});
  }

  /// Whether a case is answered without running it.
  bool decided(Outcome& outcome) const {
    const Case& test = *outcome.test;
    for (const auto& deviation : deviations_) {
      if (deviation.case_id != test.id) continue;
      outcome.result = Result::Deviated;
      outcome.text = deviation.reason;
      return true;
    }
    outcome.text = Offer(harness_, report_.capabilities).missing(test);
    if (!outcome.text.empty()) outcome.result = Result::Skipped;
    return !outcome.text.empty();
  }

  void collect() {
    for (std::size_t i = running_.size(); i-- != 0;) {
      if (!running_[i]->advance()) continue;
      Outcome& outcome = report_.outcomes[started_[i].index];
      judge(outcome, running_[i]->finish());
      free_places_.push_back(started_[i].place);
      running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
      started_.erase(started_.begin() + static_cast<std::ptrdiff_t>(i));
      end(outcome);
    }
  }

  void end(const Outcome& outcome) {
    ended_[static_cast<std::size_t>(&outcome - report_.outcomes.data())] = true;
    if (options_.after) options_.after(outcome);
  }

  /// After a stop: what was not run says nothing.
  void dropUnended() {
    std::vector<Outcome> ended;
    for (std::size_t i = 0; i < ended_.size(); ++i) {
      if (ended_[i]) ended.push_back(std::move(report_.outcomes[i]));
    }
    report_.outcomes = std::move(ended);
  }

  Harness& harness_;
  const Options& options_;
  const std::vector<Deviation> deviations_;
  Report report_;
  std::vector<std::uint64_t> seeds_;  // of the outcomes
  std::vector<bool> ended_;           // likewise
  std::size_t jobs_ = 1;
  std::vector<unsigned> free_places_;
  std::vector<std::unique_ptr<Isolated>> running_;
  std::vector<Started> started_;  // for each of running_
};

}  // namespace

unsigned defaultEffort() {
  if (const char* const set = std::getenv("TALLY_CONFORMANCE_EFFORT")) {
    const long percent = std::strtol(set, nullptr, 10);
    if (percent < 1 || percent > 100) throw std::invalid_argument("TALLY_CONFORMANCE_EFFORT is a number from 1 to 100");
    return static_cast<unsigned>(percent);
  }
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return 25;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  return 25;
#endif
#endif
  return 100;
}

std::size_t Report::count(Result result) const {
  return static_cast<std::size_t>(
      std::count_if(outcomes.begin(), outcomes.end(), [&](const Outcome& one) { return one.result == result; }));
}

bool Report::failed(const std::string& id) const {
  return std::any_of(outcomes.begin(), outcomes.end(),
                     [&](const Outcome& one) { return one.result == Result::Failed && id == one.test->id; });
}

Report run(Harness& harness, const std::vector<Group>& groups, const Options& options) {
  const Selection selection(groups, options);
  Run run(harness, options);
  run.plan(groups, selection);
  return run.all();
}

}  // namespace tally::conformance
