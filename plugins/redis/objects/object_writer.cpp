#include "redis/objects/object_writer.hpp"

#include <charconv>
#include <optional>
#include <random>

#include "redis/objects/pieces.hpp"
#include "redis/servers/backoff.hpp"
#include "redis/wire/numbers.hpp"

namespace tally::redis {
namespace {

std::string_view statusOf(const Answer& reply) {
  const ReplyView answer = reply.value();
  return answer.isArray() ? answer[0].text() : std::string_view();
}

[[noreturn]] void throwStatus(std::string_view status, const Answer& answer) {
  if (status == "EXISTS") throw Error(ErrorCode::AlreadyExists, "the object exists already");
  if (status == "CONFLICT") {
    throw Error(ErrorCode::Conflict, "the object has another version, or is gone; load it again, then decide");
  }
  if (status == "SIZE") {
    throw Error(ErrorCode::Conflict, "the object has " + std::string(answer.value()[1].text()) +
                                         " bytes, which is not the size that was expected");
  }
  throwRefusal(status);
}

// The answer of write.lua, append.lua or remove.lua, unless it says why nothing was done.
Answer accepted(Answer answer) {
  const std::string_view status = statusOf(answer);
  if (!status.empty()) throwStatus(status, answer);
  return answer;
}

// "id:life", as which both scripts tell the last entry.
KnownTail tailOf(std::string_view text, const Answer& answer) {
  KnownTail tail;
  const std::size_t colon = text.find(':');
  tail.id = parseEntryId(text.substr(0, colon));
  tail.life = text.substr(colon + 1);
  tail.connection = answer.connection;
  return tail;
}

// A step behind the one that has decided what comes of the call. Where it fails the entry stays in doubt, which whoever
// comes by settles.
template <typename Step>
void ifPossible(Step&& step) {
  try {
    step();
  } catch (const Error&) {
    return;
  }
}

Error clocksDiffer() {
  return {ErrorCode::Unavailable,
          "the clocks of the cluster's servers differ by more than half a minute, so no object can be made; set them "
          "by one source of time (NTP)"};
}

std::string beforeMargin(const std::string& claimed) {
  return std::to_string(numberOf<std::int64_t>(claimed) - kMarginUs);
}

}  // namespace

ObjectWriter::ObjectWriter(const Settings& settings, const KeyNames& names, ServerFinder& finder,
                           Directories& directories)
    : settings_(settings), names_(names), finder_(finder), directories_(directories), tails_(settings, names, finder) {
  std::random_device random;
  lives_ = (std::uint64_t{random()} << 32U) | random();
}

// Tells an object from an earlier one of the same name and time: different for each, on all machines.
std::string ObjectWriter::newLife() {
  std::uint64_t mixed = lives_.fetch_add(0x9E3779B97F4A7C15, std::memory_order_relaxed);
  mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EB;
  mixed ^= mixed >> 31U;
  std::string life;
  for (; mixed != 0; mixed >>= 6U) {
    life += "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"[mixed & 63U];
  }
  return life;
}

std::int64_t ObjectWriter::ttlOf(const WriteOptions& options) const {
  if (!options.time_to_live) return settings_.ttl.count();
  if (options.time_to_live->count() <= 0) throw Error(ErrorCode::InvalidArgument, "time_to_live must be above zero");
  return std::chrono::ceil<std::chrono::milliseconds>(*options.time_to_live).count();
}

Answer ObjectWriter::perform(std::string_view key, std::int64_t ttl_ms, const MakeRequest& make, const Call& call) {
  Server& server = finder_.find(call);
  if (!server.isWhole()) return performApart(key, ttl_ms, make, call);
  return directories_.retriedOnceSettled(call, [&] { return accepted(server.ask(make("0"), call)); });
}

Answer ObjectWriter::performApart(std::string_view key, std::int64_t ttl_ms, const MakeRequest& make,
                                  const Call& call) {
  Server& server = finder_.find(call);
  if (ttl_ms == 0) {
    Answer reply = server.ask(make(""), call);
    if (statusOf(reply) != "ABSENT") return accepted(std::move(reply));
  }
  std::optional<Patience> patience;
  for (Backoff backoff;;) {
    const std::string claimed = directories_.retriedOnceSettled(call, [&] { return directories_.claim(key, call); });
    // After an error the doubt stays, and is settled later.
    Answer reply = server.ask(make(beforeMargin(claimed)), call);
    const std::string_view status = statusOf(reply);
    ifPossible([&] {
      if (status.empty()) return directories_.confirm(key, claimed, ttl_ms, call);
      directories_.lookAgain(key, claimed, call);
    });
    if (status != "LATE") return accepted(std::move(reply));
    if (!patience) patience.emplace(call, settings_.retry_time);
    if (!backoff.pause(*patience)) throw clocksDiffer();
  }
}

void ObjectWriter::check(const WriteOptions& options) {
  if (options.if_absent && options.if_version) {
    throw Error(ErrorCode::InvalidArgument, "if_absent and if_version exclude each other; give one of them");
  }
  if (options.if_version && options.if_version->empty()) {
    throw Error(ErrorCode::Conflict, "no object has the empty version");
  }
}

Version ObjectWriter::write(std::string_view key, std::string_view content, const WriteOptions& options,
                            const Call& call) {
  check(options);
  const std::string life = newLife();
  if (const auto version = tails_.write(key, content, options, life, call)) return *version;
  const auto make = [&](std::string_view waits) { return writeRequest(key, content, options, life, waits); };
  const Answer answer = perform(key, ttlOf(options), make, call);
  KnownTail tail = tailOf(answer.value().text(), answer);
  tail.size = content.size();
  tail.stays = ttlOf(options) == 0;
  tails_.learn(key, std::move(tail));
  return Version(answer.value().text());
}

Request ObjectWriter::writeRequest(std::string_view key, std::string_view content, const WriteOptions& options,
                                   const std::string& life, std::string_view waits) const {
  std::string stream = names_.stream(key);
  const Script& script = Scripts::all().write;
  Command command = waits == "0" ? Command::call(script, {stream, names_.indexRoot(), names_.doubts()})
                                 : Command::call(script, {stream});
  const std::string_view version = options.if_version ? options.if_version->bytes() : std::string_view();
  command.arg(key).arg(life).arg(options.if_absent ? "absent" : version).arg(ttlOf(options)).arg(waits);
  addPieces(command, content);
  return {std::move(command), std::move(stream), Effect::Changes};
}

std::uint64_t ObjectWriter::append(std::string_view key, std::string_view content, const AppendOptions& options,
                                   const Call& call) {
  if (const auto size = tails_.append(key, content, options, call)) return *size;
  const std::string life = newLife();
  const auto make = [&](std::string_view waits) {
    return appendRequest(key, options, life, waits, [&](Command& command) { addPieces(command, content); });
  };
  return appendedBy(key, perform(key, settings_.ttl.count(), make, call));
}

std::uint64_t ObjectWriter::appendAll(std::string_view key, const std::vector<std::string>& contents,
                                      std::string_view token, const Call& call) {
  const std::string life = newLife();
  AppendOptions options;
  options.token = token;
  const auto make = [&](std::string_view waits) {
    return appendRequest(key, options, life, waits, [&](Command& command) {
      for (const auto& content : contents) addPieces(command, content);
    });
  };
  return appendedBy(key, perform(key, settings_.ttl.count(), make, call));
}

// The size out of an answer of append.lua; the rest of it is remembered.
std::uint64_t ObjectWriter::appendedBy(std::string_view key, const Answer& answer) {
  std::uint64_t size = 0;
  const std::string_view text = answer.value().text();
  const auto size_end = std::from_chars(text.data(), text.data() + text.size(), size).ptr;
  if (size_end == text.data() + text.size()) return size;
  KnownTail tail = tailOf(text.substr(static_cast<std::size_t>(size_end - text.data()) + 1), answer);
  tail.size = size;
  tails_.learn(key, std::move(tail));
  return size;
}

Request ObjectWriter::appendRequest(std::string_view key, const AppendOptions& options, const std::string& life,
                                    std::string_view waits, const std::function<void(Command&)>& add_content) const {
  std::string stream = names_.stream(key);
  const Script& script = Scripts::all().append;
  const bool whole = waits == "0", once = !options.token.empty();
  const std::string tokens = once ? names_.tokens(stream) : std::string();
  Command command = whole && once ? Command::call(script, {stream, tokens, names_.indexRoot(), names_.doubts()})
                    : whole       ? Command::call(script, {stream, names_.indexRoot(), names_.doubts()})
                    : once        ? Command::call(script, {stream, tokens})
                                  : Command::call(script, {stream});
  command.arg(key).arg(life);
  command.arg(options.expected_size ? std::to_string(*options.expected_size) : std::string());
  command.arg(options.token).arg(settings_.ttl.count()).arg(settings_.stream_max_len).arg(waits);
  add_content(command);
  return {std::move(command), std::move(stream), once ? Effect::Once : Effect::Changes};
}

bool ObjectWriter::hasSteps(const WriteOptions& options, const Call& call) {
  return finder_.find(call).isWhole() || ttlOf(options) == 0;
}

Request ObjectWriter::writeStep(std::string_view key, std::string_view content, const WriteOptions& options,
                                bool whole) {
  return writeRequest(key, content, options, newLife(), whole ? "0" : "");
}

std::optional<Version> ObjectWriter::writtenByStep(const Answer& answer) {
  const std::string_view status = statusOf(answer);
  if (status == "ABSENT" || status == "IS_DIRECTORY" || status == "NOT_DIRECTORY") return std::nullopt;
  if (!status.empty()) throwStatus(status, answer);
  return Version(answer.value().text());
}

Request ObjectWriter::removal(std::string_view key) const {
  std::string stream = names_.stream(key);
  Command command =
      Command::call(Scripts::all().remove, {stream, names_.tokens(stream), names_.indexRoot(), names_.doubts()});
  command.arg(key);
  return {std::move(command), std::move(stream), Effect::Changes};
}

bool ObjectWriter::remove(std::string_view key, const Call& call) {
  tails_.forget(key);
  Server& server = finder_.find(call);
  if (!server.isWhole()) return directories_.retriedOnceSettled(call, [&] { return removeApart(key, call); });
  return directories_.retriedOnceSettled(
      call, [&] { return accepted(server.ask(removal(key), call)).value().integer() != 0; });
}

bool ObjectWriter::removeApart(std::string_view key, const Call& call) {
  const auto doubted = directories_.doubt(key, call);
  std::string stream = names_.stream(key);
  Command command = Command::call(Scripts::all().drop, {stream, names_.tokens(stream)});
  const Reply reply = finder_.find(call).run({std::move(command), std::move(stream), Effect::Changes}, call);
  if (doubted) ifPossible([&] { directories_.drop(key, *doubted, call); });
  return viewOf(reply).integer() != 0;
}

bool ObjectWriter::removeUnlessDirectory(std::string_view key, const Call& call) {
  try {
    return remove(key, call);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::IsADirectory) throw;
    return false;
  }
}

void ObjectWriter::removeAll(const std::vector<std::string>& keys, const Call& call) {
  Server& server = finder_.find(call);
  if (!server.isWhole()) {
    for (const auto& key : keys) removeUnlessDirectory(key, call);
    return;
  }
  std::vector<Request> requests;
  requests.reserve(keys.size());
  for (const auto& key : keys) requests.push_back(removal(key));
  for (const auto& answer : server.run(std::move(requests), call)) answer.value();
}

}  // namespace tally::redis
