#include "s2/storage/basin_api.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "s2/names/url_text.hpp"

namespace tally::s2 {
namespace {

using Json = nlohmann::json;

constexpr std::chrono::seconds kLongestSilence{20};  // the service says that it lives every 15 seconds or sooner

constexpr Deed kDelete{"can't delete the stream", "delete-stream"};
constexpr Deed kAskTail{"can't ask for the stream's tail", "check-tail"};
constexpr Deed kList{"can't list the streams", "list-streams"};
constexpr Deed kRead{"can't read records", "read"};

Error unreadable(const Deed& deed) {
  return Error(ErrorCode::Unavailable, std::string(deed.cannot) +
                                           ": the answer is not what the protocol says; is this the "
                                           "address of an S2 service?");
}

/// The body of a good answer. Errors: the refusal as an error; Unavailable when it is no JSON object.
Json jsonOf(const Reply& reply, const Deed& deed) {
  if (!reply.isGood()) throw refusalError(reply.refusal(), deed);
  Json body = Json::parse(reply.body, nullptr, false);
  if (!body.is_object()) throw unreadable(deed);
  return body;
}

Position positionOf(const Json& body) {
  return {body.at("seq_num").get<std::uint64_t>(), body.at("timestamp").get<std::uint64_t>()};
}

StreamName nameOf(const Json& stream) {
  const auto deleted = stream.find("deleted_at");
  return {stream.at("name").get<std::string>(), deleted != stream.end() && !deleted->is_null()};
}

/// Run `read` on a body; members that are missing or of another type are Unavailable.
template <typename Read>
auto reading(const Deed& deed, Read&& read) {
  try {
    return read();
  } catch (const Json::exception&) {
    throw unreadable(deed);
  }
}

}  // namespace

BasinApi::BasinApi(BasinSettings settings, Client& client) : settings_(std::move(settings)), client_(client) {}

Request BasinApi::request(Method method, std::string path, Format format) const {
  Request request;
  request.method = method;
  request.url = settings_.endpoints.basin_url + std::move(path);
  if (!settings_.access_token.empty()) request.headers.push_back("authorization: Bearer " + settings_.access_token);
  if (settings_.endpoints.names_basin_in_header) request.headers.push_back("s2-basin: " + settings_.basin);
  request.accepts_compression = settings_.compresses && format != Format::Session && format != Format::Events;
  switch (format) {
    case Format::Json: request.headers.emplace_back("content-type: application/json"); break;
    case Format::Protobuf:
      request.headers.emplace_back("content-type: application/protobuf");
      request.headers.emplace_back("accept: application/protobuf");
      break;
    case Format::Session:
      request.headers.emplace_back("content-type: s2s/proto");
      // Of frames, which libcurl does not look into.
      if (settings_.compresses) request.headers.emplace_back("accept-encoding: zstd, gzip");
      request.is_session = true;
      break;
    case Format::Events:
      request.headers.insert(request.headers.end(), std::begin(kEventHeaders), std::end(kEventHeaders));
      request.is_session = request.has_events = true;
      break;
  }
  return request;
}

std::string BasinApi::recordsPath(std::string_view stream) const {
  return "/streams/" + percentEncoded(stream) + "/records";
}

Pending BasinApi::beginState(std::string_view stream) {
  // A listing can't create what it asks for.
  if (settings_.reads_create_streams) return beginNames(stream, "", 1);
  return beginTail(stream);
}

Pending BasinApi::beginTail(std::string_view stream) {
  return client_.begin(request(Method::Get, recordsPath(stream) + "/tail", Format::Json));
}

StreamState BasinApi::finishState(std::string_view stream, Pending& pending, const Call& call) {
  if (settings_.reads_create_streams) {
    if (!finishExact(stream, pending, call)) return {};
    pending = beginTail(stream);
  }
  const Reply reply = pending.finish(kAskTail.cannot, call);
  if (!reply.isGood()) {
    const Refusal refusal = reply.refusal();
    if (isAbsent(refusal) || isBeingDeleted(refusal)) return {};
  }
  const Json body = jsonOf(reply, kAskTail);
  return reading(kAskTail, [&] { return StreamState{true, positionOf(body.at("tail"))}; });
}

StreamState BasinApi::state(std::string_view stream, const Call& call) {
  Pending pending = beginState(stream);
  return finishState(stream, pending, call);
}

Pending BasinApi::beginNames(std::string_view prefix, std::string_view start_after, std::size_t limit) {
  std::string path = "/streams?limit=" + std::to_string(limit) + "&prefix=" + percentEncoded(prefix);
  if (!start_after.empty()) path += "&start_after=" + percentEncoded(start_after);
  return client_.begin(request(Method::Get, std::move(path), Format::Json));
}

NamePage BasinApi::finishNames(Pending& pending, const Call& call) {
  const Json body = jsonOf(pending.finish(kList.cannot, call), kList);
  return reading(kList, [&] {
    NamePage page;
    page.has_more = body.at("has_more").get<bool>();
    for (const auto& stream : body.at("streams")) page.names.push_back(nameOf(stream));
    if (page.has_more && page.names.empty()) throw unreadable(kList);
    return page;
  });
}

bool BasinApi::finishAny(std::string_view prefix, Pending& pending, const Call& call) {
  NamePage page = finishNames(pending, call);
  for (;;) {
    if (std::any_of(page.names.begin(), page.names.end(), [](const StreamName& one) { return !one.deleted; }))
      return true;
    if (!page.has_more) return false;
    Pending next = beginNames(prefix, page.names.back().name, 1000);
    page = finishNames(next, call);
  }
}

bool BasinApi::finishExact(std::string_view stream, Pending& names, const Call& call) {
  // The exact name is the first of those with itself as prefix.
  const NamePage page = finishNames(names, call);
  return !page.names.empty() && page.names[0].name == stream && !page.names[0].deleted;
}

bool BasinApi::isGone(std::string_view stream, const Call& call) {
  Pending names = beginNames(stream, "", 1);
  return !finishExact(stream, names, call);
}

Pending BasinApi::beginRemove(std::string_view stream) {
  return client_.begin(request(Method::Delete, "/streams/" + percentEncoded(stream), Format::Json));
}

Removal BasinApi::finishRemove(Pending& pending, const Call& call) {
  const Reply reply = [&] {
    try {
      return pending.finish(kDelete.cannot, call);
    } catch (const Error& error) {
      if (!pending.wasLeftOpen()) throw;
      throw outcomeUnknown(error);
    }
  }();
  if (reply.isGood()) return Removal::Removed;
  const Refusal refusal = reply.refusal();
  if (isAbsent(refusal)) return pending.wasLeftOpen() ? Removal::Either : Removal::Absent;
  if (isBeingDeleted(refusal)) return Removal::Removed;
  throw refusalError(refusal, kDelete);
}

bool BasinApi::readPage(std::string_view stream, std::uint64_t from, std::size_t limit, const TakeRecord& take,
                        const Call& call) {
  const std::string path = recordsPath(stream) + "?seq_num=" + std::to_string(from) + "&count=" + std::to_string(limit);
  Pending pending = client_.begin(request(Method::Get, path, Format::Protobuf));
  return finishPage(pending, take, call);
}

Pending BasinApi::beginShortPage(std::string_view stream, std::uint64_t from) {
  const std::string path = recordsPath(stream) + "?seq_num=" + std::to_string(from) + "&bytes=1024";
  return client_.begin(request(Method::Get, path, Format::Protobuf));
}

bool BasinApi::finishPage(Pending& pending, const TakeRecord& take, const Call& call) {
  const Reply reply = pending.finish(kRead.cannot, call);
  if (!reply.isGood()) {
    const Refusal refusal = reply.refusal();
    if (reply.status == kAtTail || isAbsent(refusal) || isBeingDeleted(refusal)) return false;
    throw refusalError(refusal, kRead);
  }
  bool any = false;
  decodeBatch(reply.body, [&](const RecordView& record) {
    any = true;
    take(record);
  });
  return any;
}

bool BasinApi::isEmpty(std::string_view stream, const Call& call) {
  const std::string path = recordsPath(stream) + "?seq_num=0&count=1";
  const Reply reply = client_.fetch(request(Method::Get, path, Format::Json), kRead.cannot, call);
  const Refusal refusal = reply.isGood() ? Refusal() : reply.refusal();
  if (refusal.tail == 0 || isAbsent(refusal) || isBeingDeleted(refusal)) return true;
  const Json body = jsonOf(reply, kRead);
  return reading(kRead, [&] { return body.at("records").empty(); });
}

Pending BasinApi::beginConfig() {
  Request asking = request(Method::Get, {}, Format::Json);
  asking.url = settings_.endpoints.account_url + "/basins/" + percentEncoded(settings_.basin);
  return client_.begin(std::move(asking));
}

Pending BasinApi::beginStreamConfig(std::string_view stream) {
  return client_.begin(request(Method::Get, "/streams/" + percentEncoded(stream), Format::Json));
}

std::vector<RightsProbe> BasinApi::beginProbes(std::string_view unused) {
  std::vector<RightsProbe> probes;
  const auto add = [&](std::string_view operation, Pending pending) {
    probes.push_back({operation, std::move(pending)});
  };
  add("list-streams", beginNames(unused, "", 1));
  add("delete-stream", beginRemove(unused));
  add("append", client_.begin(request(Method::Post, recordsPath(unused), Format::Protobuf)));  // no records: refused
  if (settings_.reads_create_streams) return probes;
  add("check-tail", beginTail(unused));
  add("read", client_.begin(request(Method::Get, recordsPath(unused) + "?seq_num=0&count=1", Format::Protobuf)));
  return probes;
}

Request BasinApi::readToTail(std::string_view stream, std::uint64_t from) const {
  return request(Method::Get, recordsPath(stream) + "?seq_num=" + std::to_string(from) + "&wait=0", Format::Session);
}

Request BasinApi::readOn(std::string_view stream, std::uint64_t from) const {
  Request session = request(Method::Get, recordsPath(stream) + "?seq_num=" + std::to_string(from), Format::Session);
  session.silence = kLongestSilence;
  return session;
}

Request BasinApi::readEvents(std::string_view stream, std::uint64_t from) const {
  Request session = request(Method::Get, recordsPath(stream) + "?seq_num=" + std::to_string(from), Format::Events);
  session.silence = kLongestSilence;
  return session;
}

Request BasinApi::appendSession(std::string_view stream) const {
  return request(Method::Post, recordsPath(stream), Format::Session);
}

}  // namespace tally::s2
