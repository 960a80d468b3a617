#include "object_reader.hpp"

#include <charconv>
#include <cstring>
#include <vector>

#include "stream_entry.hpp"

namespace tally::redis {
namespace {

StorageStat directoryStat() {
  StorageStat stat;
  stat.is_directory = true;
  return stat;
}

StorageStat describe(const StreamEntry& last, std::uint64_t size) {
  StorageStat stat;
  stat.size = size;
  stat.modified = last.time();
  stat.version = last.version();
  return stat;
}

// The pieces that make up the object, in order, and how long they are together.
struct Pieces {
  std::vector<std::string_view> list;
  std::uint64_t size = 0;
  void add(std::string_view piece) {
    list.push_back(piece);
    size += piece.size();
  }
  void deliver(ByteSink& out) const {
    if (list.size() == 1) return out.put(list.front());
    if (size == 0) return;
    char* room = out.grow(size);
    for (const auto piece : list) {
      std::memcpy(room, piece.data(), piece.size());
      room += piece.size();
    }
    out.commit(size);
  }
};

std::uint64_t numberOf(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
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

StorageStat ObjectReader::readWhole(std::string_view key, ByteSink& out, const Call& call) {
  std::string stream = names_.stream(key);
  Command command("XRANGE");
  command.arg(stream).arg("-").arg("+");
  const auto answers = ask(key, std::move(command), std::move(stream), call);
  const ReplyView entries = answers[0].value();
  if (entries.size() == 0) throwMissing(isDirectory(key, answers, call));
  Pieces pieces;
  StreamEntry last;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const bool open_line = i > 0 && last.isOpenLine();
    last = parseEntry(entries[i]);
    if (open_line) pieces.add("\n");
    pieces.add(last.content);
  }
  if (last.ours && last.size != pieces.size) {
    throw Error(ErrorCode::Corrupt, "the stream has " + std::to_string(pieces.size) + " of the object's " +
                                        std::to_string(last.size) + " bytes: somebody trimmed or edited it");
  }
  pieces.deliver(out);
  return describe(last, pieces.size);
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
  return describe(last, numberOf(answer[1].text()));
}

std::optional<StorageStat> ObjectReader::stat(std::string_view key, const Call& call) {
  std::string stream = names_.stream(key);
  Command question("XREVRANGE");
  question.arg(stream).arg("+").arg("-").arg("COUNT").arg("1");
  const auto answers = ask(key, std::move(question), std::move(stream), call);
  const ReplyView entries = answers[0].value();
  if (entries.size() == 0) {
    return isDirectory(key, answers, call) ? std::optional(directoryStat()) : std::nullopt;
  }
  const StreamEntry last = parseEntry(entries[0]);
  if (last.ours) return describe(last, last.size);
  const Reply measured = askPart(key, {0, 0}, call);
  if (viewOf(measured).size() == 0) return std::nullopt;
  return describe(last, numberOf(viewOf(measured)[1].text()));
}

// The object, and where all keys are on one server also what tells a directory from nothing, in one round trip.
std::vector<Answer> ObjectReader::ask(std::string_view key, Command question, std::string stream, const Call& call) {
  Server& server = finder_.find(call);
  std::vector<Request> requests;
  requests.reserve(3);
  requests.push_back({std::move(question), std::move(stream), Effect::Reads});
  if (server.isWhole()) directories_.addEntryQuestions(key, requests);
  return server.run(std::move(requests), call);
}

// The object was not found: is the key a directory?
bool ObjectReader::isDirectory(std::string_view key, const std::vector<Answer>& answers, const Call& call) {
  if (answers.size() == 1) return directories_.forget(key, call);
  return directories_.forgetKnowing(key, answers[1], answers[2], call);
}

}  // namespace tally::redis
