#include "redis/objects/object_reader.hpp"

#include <vector>

#include "redis/objects/object_content.hpp"
#include "redis/wire/numbers.hpp"

namespace tally::redis {
namespace {

StorageStat directoryStat() {
  StorageStat stat;
  stat.is_directory = true;
  return stat;
}

[[noreturn]] void throwMissing(bool is_directory) {
  if (is_directory) throw Error(ErrorCode::IsADirectory, "the key is a directory: objects are below it");
  throw Error(ErrorCode::NotFound, "no such object");
}

[[noreturn]] void throwBehindTheEnd(std::uint64_t offset, std::string_view size) {
  throw Error(ErrorCode::RangeNotSatisfied,
              "the range begins at " + std::to_string(offset) + ", but the object has " + std::string(size) + " bytes");
}

}  // namespace

StorageStat ObjectReader::read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) {
  const bool whole = range.offset == 0 && range.length == ByteRange::kToEnd;
  return whole ? readWhole(key, out, call) : readPart(key, range, out, call);
}

Request ObjectReader::wholeRequest(std::string_view key) const {
  std::string stream = names_.stream(key);
  Command command("XRANGE");
  command.arg(stream).arg("-").arg("+");
  return {std::move(command), std::move(stream), Effect::Reads};
}

Request ObjectReader::lastRequest(std::string_view key) const {
  std::string stream = names_.stream(key);
  Command command("XREVRANGE");
  command.arg(stream).arg("+").arg("-").arg("COUNT").arg("1");
  return {std::move(command), std::move(stream), Effect::Reads};
}

StorageStat ObjectReader::readWhole(std::string_view key, ByteSink& out, const Call& call) {
  const auto answers = ask(key, wholeRequest(key), call);
  const ReplyView entries = answers[0].value();
  if (entries.size() == 0) throwMissing(isDirectory(key, answers, call));
  const ObjectContent content = assemble(entries);
  content.pieces.deliver(out);
  return content.stat();
}

Reply ObjectReader::askPart(std::string_view key, const ByteRange& range, const Call& call) {
  std::string stream = names_.stream(key);
  Command command = Command::call(Scripts::all().range, {stream});
  command.arg(range.offset).arg(range.length);
  return finder_.find(call).run({std::move(command), std::move(stream), Effect::Reads}, call);
}

StorageStat ObjectReader::readPart(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) {
  const Reply reply = askPart(key, range, call);
  const ReplyView answer = viewOf(reply);
  if (answer.size() == 0) throwMissing(directories_.forget(key, call));
  if (answer[0].text() == "RANGE") throwBehindTheEnd(range.offset, answer[1].text());
  Pieces pieces;
  for (std::size_t i = 2; i < answer.size(); ++i) pieces.add(answer[i].text());
  pieces.deliver(out);
  StreamEntry last;
  const std::string_view version = answer[0].text();
  last.id = version.substr(0, version.find(':'));
  parseLife(version.substr(version.find(':') + 1), last);
  return describe(last, numberOf<std::uint64_t>(answer[1].text()));
}

std::optional<StorageStat> ObjectReader::stat(std::string_view key, const Call& call) {
  const auto answers = ask(key, lastRequest(key), call);
  const ReplyView entries = answers[0].value();
  if (entries.size() == 0) {
    return isDirectory(key, answers, call) ? std::optional(directoryStat()) : std::nullopt;
  }
  const StreamEntry last = parseEntry(entries[0]);
  if (last.ours) return describe(last, last.size);
  const Reply measured = askPart(key, {0, 0}, call);
  if (viewOf(measured).size() == 0) return std::nullopt;
  return describe(last, numberOf<std::uint64_t>(viewOf(measured)[1].text()));
}

// The object, and where all keys are on one server also what tells a directory from nothing, in one round trip.
std::vector<Answer> ObjectReader::ask(std::string_view key, Request question, const Call& call) {
  Server& server = finder_.find(call);
  std::vector<Request> requests;
  requests.reserve(3);
  requests.push_back(std::move(question));
  if (server.isWhole()) directories_.addEntryQuestions(key, requests);
  return server.run(std::move(requests), call);
}

// The object was not found: is the key a directory?
bool ObjectReader::isDirectory(std::string_view key, const std::vector<Answer>& answers, const Call& call) {
  if (answers.size() == 1) return directories_.forget(key, call);
  return directories_.forgetKnowing(key, answers[1], answers[2], call);
}

}  // namespace tally::redis
