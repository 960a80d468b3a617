#include "s2/wire/events.hpp"

#include <algorithm>
#include <boost/archive/iterators/binary_from_base64.hpp>
#include <boost/archive/iterators/dataflow_exception.hpp>
#include <boost/archive/iterators/transform_width.hpp>
#include <nlohmann/json.hpp>
#include <utility>

#include "s2/wire/messages.hpp"
#include "tally/error.hpp"

namespace tally::s2 {
namespace {

using Json = nlohmann::json;

// A batch of 1 MiB in base64, with as much again around it.
constexpr std::size_t kMaxEventBytes = std::size_t{4} * 1024 * 1024;

[[noreturn]] void noEvent(const std::string& why) {
  throw Error(ErrorCode::Unavailable,
              "the session carries what is no event: " + why + "; look for a proxy between here and the service")
      .retryable(true);
}

std::string fromBase64(std::string text) {
  namespace iterators = boost::archive::iterators;
  using Bytes = iterators::transform_width<iterators::binary_from_base64<std::string::const_iterator>, 8, 6>;
  const std::size_t end = std::min(text.find('='), text.size()), padding = text.size() - end;
  if (text.size() % 4 != 0 || padding > 2 || text.find_first_not_of('=', end) != text.npos) {
    noEvent("a text that is no base64");
  }
  std::fill(text.begin() + static_cast<std::ptrdiff_t>(end), text.end(), 'A');
  std::string bytes(Bytes(text.cbegin()), Bytes(text.cend()));
  bytes.resize(bytes.size() - padding);
  return bytes;
}

Position positionOf(const Json& value) {
  return {value.at("seq_num").get<std::uint64_t>(), value.at("timestamp").get<std::uint64_t>()};
}

BatchRecord recordOf(const Json& value) {
  BatchRecord record{positionOf(value), {}, {}};
  if (const auto body = value.find("body"); body != value.end()) record.body = fromBase64(body->get<std::string>());
  if (const auto headers = value.find("headers"); headers != value.end()) {
    for (const auto& header : *headers) {
      record.headers.emplace_back(fromBase64(header.at(0).get<std::string>()),
                                  fromBase64(header.at(1).get<std::string>()));
    }
  }
  return record;
}

/// The message of a batch; of a ping, which has no records.
std::string messageOf(const std::string& data) {
  try {
    const Json value = Json::parse(data);
    std::vector<BatchRecord> records;
    if (const auto found = value.find("records"); found != value.end()) {
      for (const auto& record : *found) records.push_back(recordOf(record));
    }
    const auto tail = value.find("tail");
    const bool has_tail = tail != value.end() && !tail->is_null();
    return encodeBatch(records, has_tail ? std::optional(positionOf(*tail)) : std::nullopt);
  } catch (const Json::exception& error) {
    noEvent(error.what());
  } catch (const boost::archive::iterators::dataflow_exception&) {
    noEvent("a text that is no base64");
  }
}

}  // namespace

void EventReader::push(std::string_view bytes, const Take& take) {
  while (!bytes.empty()) {
    if (ended_) noEvent("bytes behind the last one");
    const std::size_t end = bytes.find('\n');
    line_.append(bytes.substr(0, end));
    if (line_.size() + data_.size() > kMaxEventBytes) noEvent("it has no end");
    if (end == bytes.npos) return;
    bytes.remove_prefix(end + 1);
    const std::string line = std::exchange(line_, {});
    takeLine(std::string_view(line).substr(0, line.size() - (!line.empty() && line.back() == '\r' ? 1 : 0)), take);
  }
}

void EventReader::takeLine(std::string_view line, const Take& take) {
  if (line.empty()) return dispatch(take);
  const std::size_t colon = std::min(line.find(':'), line.size());
  const std::string_view name = line.substr(0, colon);
  std::string_view value = line.substr(std::min(colon + 1, line.size()));
  if (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  if (name == "event") event_ = value;
  if (name != "data") return;
  if (!data_.empty()) data_ += '\n';
  data_ += value;
}

void EventReader::dispatch(const Take& take) {
  const std::string event = std::exchange(event_, {}), data = std::exchange(data_, {});
  if (data.empty()) return;
  const bool is_error = event == "error";
  ended_ = is_error || (event.empty() && data == "[DONE]");
  if (ended_ && !is_error) return;
  if (!is_error && event != "batch" && event != "ping") return;  // of a later version
  const auto payload = std::make_shared<const std::string>(is_error ? data : messageOf(data));
  Frame frame;
  frame.is_error = is_error;
  frame.payload = *payload;
  frame.owner = payload;
  take(std::move(frame));
}

}  // namespace tally::s2
