#include "redis/servers/server.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "redis/servers/backoff.hpp"

namespace tally::redis {
namespace {

constexpr int kMostRedirections = 32;

// Which scripts are on their way in full, and to which of the servers, told by the connection that has asked.
using Sent = std::set<std::pair<std::uint64_t, const Script*>>;

// Look at what a server answered: it may not have been the last word.
void judge(Attempt& attempt, Sent& sent) {
  Answer& answer = *attempt.answer;
  if (answer.failure || answer.again != Answer::Again::No || !viewOf(answer.reply).isError()) return;
  if (isUnknownScript(viewOf(answer.reply)) && attempt.request->command.isScript()) {
    Command& command = attempt.request->command;
    if (sent.emplace(answer.connection, command.script()).second)
      command = command.withSource();  // the others come after it
    answer.again = Answer::Again::Now;
  } else if (isTransient(viewOf(answer.reply))) {
    answer.again = Answer::Again::Later;
  }
}

// Leave those that are to be tried again.
void dropDone(std::vector<Attempt*>& open) {
  Sent sent;
  for (Attempt* one : open) judge(*one, sent);
  const auto is_done = [](const Attempt* one) { return one->answer->again == Answer::Again::No; };
  open.erase(std::remove_if(open.begin(), open.end(), is_done), open.end());
}

bool wants(const std::vector<Attempt*>& open, Answer::Again again) {
  return std::any_of(open.begin(), open.end(), [&](const Attempt* one) { return one->answer->again == again; });
}

void giveUp(const std::vector<Attempt*>& open, const Error& why) {
  for (Attempt* attempt : open) {
    attempt->answer->failure = why;
    attempt->answer->again = Answer::Again::No;
  }
}

// A request that was sent before may have been carried out, whatever came of asking again.
void tellOpenEnds(const std::vector<Attempt>& attempts) {
  for (const Attempt& attempt : attempts) {
    Answer& answer = *attempt.answer;
    if (!answer.left_open || attempt.request->effect != Effect::Once) continue;
    if (answer.failure) {
      answer.failure = outcomeUnknown(*answer.failure);
    } else if (viewOf(answer.reply).isError()) {
      answer.failure = outcomeUnknown(errorOf(viewOf(answer.reply)));
    }
  }
}

}  // namespace

std::vector<Answer> Server::run(std::vector<Request> requests, const Call& call) {
  std::vector<Answer> answers(requests.size());
  if (requests.empty()) return answers;
  std::vector<Attempt> attempts(requests.size());
  std::vector<Attempt*> open;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    attempts[i].request = &requests[i];
    attempts[i].answer = &answers[i];
    open.push_back(&attempts[i]);
  }
  attemptUntilDone(std::move(open), call);
  tellOpenEnds(attempts);
  return answers;
}

void Server::attemptUntilDone(std::vector<Attempt*> open, const Call& call) {
  const Patience patience(call, settings_.retry_time);
  Backoff backoff;
  for (int redirections = 0; redirections < kMostRedirections;) {
    attempt(open, call);
    dropDone(open);
    if (open.empty()) return;
    if (!wants(open, Answer::Again::Later)) {
      ++redirections;
      continue;
    }
    distrust();
    try {
      if (!backoff.pause(patience)) return;
    } catch (const Error& stopped) {
      return giveUp(open, stopped);
    }
  }
}

Answer Server::ask(Request request, const Call& call) {
  std::vector<Request> requests;
  requests.push_back(std::move(request));
  return std::move(run(std::move(requests), call).front());
}

Reply Server::run(Request request, const Call& call) {
  Answer answer = ask(std::move(request), call);
  answer.value();
  return std::move(answer.reply);
}

}  // namespace tally::redis
