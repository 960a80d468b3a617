#include "redis/objects/stream_entry.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace tally::redis {
namespace {

// "4711:life" or "4711:life+250" of an entry of ours.
bool parseMark(std::string_view mark, StreamEntry& entry) {
  const std::size_t colon = mark.find(':');
  if (colon == mark.npos) return false;
  const auto [end, error] = std::from_chars(mark.data(), mark.data() + colon, entry.size);
  parseLife(mark.substr(colon + 1), entry);
  return error == std::errc() && end == mark.data() + colon;
}

}  // namespace

SystemTime StreamEntry::time() const {
  std::int64_t milliseconds = 0;
  std::from_chars(id.data(), id.data() + id.size(), milliseconds);
  return SystemTime(std::chrono::milliseconds(milliseconds + static_cast<std::int64_t>(late)));
}

Version StreamEntry::version() const { return Version(std::string(id).append(":").append(life)); }

StorageStat describe(const StreamEntry& last, std::uint64_t size) {
  StorageStat stat;
  stat.size = size;
  stat.modified = last.time();
  stat.version = last.version();
  return stat;
}

void parseLife(std::string_view text, StreamEntry& entry) {
  const std::size_t plus = std::min(text.find('+'), text.size());
  entry.life = text.substr(0, plus);
  std::from_chars(text.data() + std::min(plus + 1, text.size()), text.data() + text.size(), entry.late);
}

StreamEntry parseEntry(ReplyView reply) {
  StreamEntry entry;
  entry.id = reply[0].text();
  const ReplyView fields = reply[1];
  if (fields.size() == 4 && fields[0].text() == "content" && fields[2].text() == "tally" &&
      parseMark(fields[3].text(), entry)) {
    entry.content = fields[1].text();
    entry.ours = true;
    return entry;
  }
  entry.life = {};
  entry.late = 0;
  if (fields.size() == 2 && fields[0].text() == "content") {
    entry.content = fields[1].text();
    return entry;
  }
  throw Error(ErrorCode::Corrupt, "the entry " + std::string(entry.id) +
                                      " of the stream is not of the field 'content' alone; another program uses this "
                                      "key: take the entry out (XDEL) or the key (DEL), or choose another 'keyPrefix'");
}

}  // namespace tally::redis
