#include "s2/storage/object_writer.hpp"

#include <utility>

#include "s2/records/batches.hpp"
#include "s2/storage/object_reader.hpp"
#include "s2/storage/staged_writer.hpp"
#include "s2/storage/versions.hpp"

namespace tally::s2 {
namespace {

Error conflict(const std::string& why) { return Error(ErrorCode::Conflict, why + "; load it again, then decide"); }

}  // namespace

/// Before the first change of a key: can it be a file?
void ObjectWriter::know(const Target& target, const Call& call) {
  if (memory_.find(target.stream)) return;
  const StreamState state = places_.check(target.key, target.stream, call);
  memory_.seen(target.stream, state.tail, state.holdsRecords() ? std::nullopt : std::optional<std::uint64_t>(0));
}

Version ObjectWriter::write(const Target& target, std::string_view content, const WriteOptions& options,
                            const Call& call) {
  if (options.time_to_live) {
    throw Error(ErrorCode::Unsupported, "S2 has no time to live for one object; set a retention for the basin");
  }
  if (options.if_absent) return create(target, content, call);
  if (options.if_version) return replaceVersion(target, content, *options.if_version, call);
  return replace(target, content, call);
}

Version ObjectWriter::replace(const Target& target, std::string_view content, const Call& call) {
  const auto records = replaceBatch(content);
  know(target, call);
  if (records.empty()) {
    const StagedLanding landing = StagedWriter(api_, target.stream, content, target.fence).put(Finish::Replace, call);
    if (!landing.certain) {
      memory_.landed(target.stream, *landing.ack, std::nullopt);
      return passedVersion(landing.ack->start);
    }
    memory_.landed(target.stream, *landing.ack, content.size());
    return versionOf(landing.ack->end);
  }
  for (;; know(target, call)) {
    const auto ack = writer_.put(target.stream, {records, std::nullopt, target.fence}, call);
    if (!ack) continue;
    memory_.landed(target.stream, *ack, content.size());
    return versionOf(ack->end);
  }
}

/// Replace what ends at `tail`; nothing when it has changed.
std::optional<Version> ObjectWriter::replaceAt(const Target& target, std::string_view content, std::uint64_t tail,
                                               const Call& call) {
  auto records = replaceBatch(content);
  std::optional<AppendAck> ack;
  if (records.empty()) {
    ack = StagedWriter(api_, target.stream, content, target.fence).putAt(Finish::Replace, tail, {}, call).ack;
  } else {
    ack = writer_.putAt(target.stream, {std::move(records), std::nullopt, target.fence}, tail, call).ack;
  }
  if (!ack) return std::nullopt;
  memory_.landed(target.stream, *ack, content.size());
  return versionOf(ack->end);
}

Version ObjectWriter::create(const Target& target, std::string_view content, const Call& call) {
  for (;;) {
    const StreamState state = places_.check(target.key, target.stream, call);
    if (holdsObject(api_, target.stream, state, call)) throw Error(ErrorCode::AlreadyExists, "it exists already");
    if (const auto version = replaceAt(target, content, state.tail.seq_num, call)) return *version;
    call.check();
  }
}

Version ObjectWriter::replaceVersion(const Target& target, std::string_view content, const Version& version,
                                     const Call& call) {
  const StreamState state = places_.check(target.key, target.stream, call);
  if (!state.holdsRecords()) throw conflict("it does not exist any more");
  if (!(versionOf(state.tail) == version)) throw conflict("it is not in the expected version");
  const auto replaced = replaceAt(target, content, state.tail.seq_num, call);
  if (!replaced) throw conflict("it was changed at this moment");
  return *replaced;
}

std::optional<std::uint64_t> ObjectWriter::append(const Target& target, std::string_view content,
                                                  const AppendOptions& options, const Call& call) {
  if (!options.expected_size && options.token.empty()) return appendPlain(target, content, call);
  return appendChecked(target, content, options, call);
}

std::optional<std::uint64_t> ObjectWriter::appendPlain(const Target& target, std::string_view content,
                                                       const Call& call) {
  const auto records = appendBatch(content);
  know(target, call);
  if (records.empty()) {
    const StagedLanding landing = StagedWriter(api_, target.stream, content, target.fence).put(Finish::Append, call);
    memory_.landed(target.stream, *landing.ack, std::nullopt);
    return std::nullopt;
  }
  for (;; know(target, call)) {
    const auto ack = writer_.put(target.stream, {records, std::nullopt, target.fence}, call);
    if (ack) return memory_.appended(target.stream, *ack, content.size());
  }
}

/// What is remembered of a stream, if that is its end still and the object's size there is certain.
std::optional<StreamMemory::Known> ObjectWriter::stillKnown(const std::string& stream, const Call& call) {
  const auto known = memory_.find(stream);
  if (!known || !known->size) return std::nullopt;
  // What must be its first record lands on a stream of no records, whichever that is.
  if (known->tail.seq_num == 0 || api_.state(stream, call).tail == known->tail) return known;
  memory_.forget(stream);
  return std::nullopt;
}

/// Append behind what ends at `tail`; nothing when it has changed.
std::optional<AppendAck> ObjectWriter::appendAt(const Target& target, std::string_view content, std::string_view token,
                                                std::uint64_t tail, const Call& call) {
  AppendInput input{appendBatch(content), std::nullopt, target.fence};
  if (input.records.empty()) {
    return StagedWriter(api_, target.stream, content, target.fence).putAt(Finish::Append, tail, token, call).ack;
  }
  if (!token.empty()) input.records.back().headers.push_back({kTokenHeader, std::string(token)});
  return writer_.putAt(target.stream, std::move(input), tail, call).ack;
}

/// With an expected size or a token: only behind what is known of the content.
std::optional<std::uint64_t> ObjectWriter::appendChecked(const Target& target, std::string_view content,
                                                         const AppendOptions& options, const Call& call) {
  for (;;) {
    know(target, call);
    auto known = options.token.empty() ? stillKnown(target.stream, call) : std::nullopt;
    if (!known) {
      known = memory_.find(target.stream);
      const Fold object = readObject(api_, target.stream, call);
      if (const auto landed = options.token.empty() ? std::nullopt : object.sizeAfter(options.token)) return landed;
      // A stream that somebody emptied by hand has no records left, but a tail.
      const Position tail{object.next(), object.timestamp()};
      known = StreamMemory::Known{object.next() == 0 && known ? known->tail : tail, object.size()};
    }
    if (options.expected_size && *options.expected_size != *known->size) {
      memory_.forget(target.stream);
      throw conflict("it has " + std::to_string(*known->size) + " bytes, not " +
                     std::to_string(*options.expected_size) + " as expected");
    }
    if (const auto ack = appendAt(target, content, options.token, known->tail.seq_num, call)) {
      const std::uint64_t size = *known->size + content.size();
      memory_.landed(target.stream, *ack, size);
      return size;
    }
    memory_.forget(target.stream);
    call.check();
  }
}

}  // namespace tally::s2
