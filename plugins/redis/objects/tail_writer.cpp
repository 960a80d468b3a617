#include "redis/objects/tail_writer.hpp"

#include "redis/objects/pieces.hpp"

namespace tally::redis {
namespace {

std::string markOf(const KnownTail& tail) {
  std::string mark = std::to_string(tail.size).append(":").append(tail.life);
  const auto age = tail.age().count();
  return age == 0 ? mark : mark.append("+").append(std::to_string(age));
}

}  // namespace

std::optional<Version> TailWriter::write(std::string_view key, std::string_view content, const WriteOptions& options,
                                         const std::string& life, const Call& call) {
  if (options.if_absent || options.time_to_live || settings_.ttl.count() != 0) return std::nullopt;
  if (content.size() > kPieceBytes) return std::nullopt;
  auto tail = tails_.take(key);
  if (!tail || !tail->stays) return std::nullopt;
  if (options.if_version && options.if_version->bytes() != tail->version()) return std::nullopt;
  tail->size = content.size();
  tail->life = life;
  if (!add(key, content, Before::Goes, *tail, call)) return std::nullopt;
  const Version version(tail->version());
  tails_.put(key, std::move(*tail));
  return version;
}

std::optional<std::uint64_t> TailWriter::append(std::string_view key, std::string_view content,
                                                const AppendOptions& options, const Call& call) {
  if (!options.token.empty() || settings_.ttl.count() != 0 || settings_.stream_max_len != 0) return std::nullopt;
  if (content.empty() || content.size() > kPieceBytes) return std::nullopt;
  auto tail = tails_.take(key);
  if (!tail || options.expected_size.value_or(tail->size) != tail->size) return std::nullopt;
  const std::uint64_t size = tail->size += content.size();
  if (!add(key, content, Before::Stays, *tail, call)) return std::nullopt;
  tails_.put(key, std::move(*tail));
  return size;
}

bool TailWriter::add(std::string_view key, std::string_view content, Before before, KnownTail& tail, const Call& call) {
  std::string stream = names_.stream(key);
  tail.id = tail.id.next();
  Command command("XADD");
  command.reserve(stream.size() + content.size() + 200);
  command.arg(stream).arg("NOMKSTREAM");
  if (before == Before::Goes) command.arg("MAXLEN").arg("1");
  command.arg(tail.id.text()).arg("content").arg(content).arg("tally").arg(markOf(tail));
  const Answer answer =
      finder_.find(call).ask({std::move(command), std::move(stream), Effect::Changes, tail.connection}, call);
  if (answer.connection == 0) return false;
  if (answer.failure) throw *answer.failure;
  // An error or nothing: the object has changed, or is gone, or the script will be refused as well and say why.
  return viewOf(answer.reply).isText();
}

}  // namespace tally::redis
