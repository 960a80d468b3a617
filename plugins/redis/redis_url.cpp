#include "redis/redis_url.hpp"

#include <charconv>

#include "tally/error.hpp"

namespace tally::redis {
namespace {

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorCode::InvalidConfig, "the option 'url' is not usable: " + why +
                                            "; expected redis://[user:password@]host[:port][/database], the same with "
                                            "rediss:// for TLS, or unix:///path/of/the.sock[?db=database]");
}

int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hexDigit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hexDigit(text[i + 2]) : -1;
    if (high < 0 || low < 0) refuse("a '%' is not followed by two hexadecimal digits (write '%25' for '%')");
    plain += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return plain;
}

template <typename Number>
Number number(std::string_view text, Number most, const char* what) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > most) {
    refuse(std::string("the ") + what + " is not a number from 0 to " + std::to_string(most));
  }
  return value;
}

int databaseOf(std::string_view text) { return number<int>(text, 1'000'000, "database"); }

// Cut off what stands before `mark` and return it; nothing where there is no mark.
std::string_view cutHead(std::string_view& rest, char mark, std::size_t at) {
  if (at == rest.npos || rest[at] != mark) return {};
  const std::string_view head = rest.substr(0, at);
  rest.remove_prefix(at + 1);
  return head;
}

void takeCredentials(std::string_view& rest, Address& address) {
  const std::size_t at = rest.rfind('@');
  if (at == rest.npos) return;
  const std::string_view who = cutHead(rest, '@', at);
  const std::size_t colon = who.find(':');
  if (colon == who.npos) refuse("before the '@' stands no ':' (write ':password@' for a password without a user)");
  address.user = decoded(who.substr(0, colon));
  address.password = decoded(who.substr(colon + 1));
  if (address.password.empty()) refuse("the password is empty");
}

Endpoint endpointOf(std::string_view text) {
  Endpoint endpoint;
  std::size_t colon = text.rfind(':');
  if (!text.empty() && text.front() == '[') {
    const std::size_t close = text.find(']');
    if (close == text.npos) refuse("a '[' is never closed");
    endpoint.host = text.substr(1, close - 1);
    colon = close + 1 < text.size() ? close + 1 : text.npos;
    if (colon != text.npos && text[colon] != ':') refuse("behind a ']' only ':' and a port may follow");
  } else {
    endpoint.host = decoded(text.substr(0, colon));
  }
  if (endpoint.host.empty()) refuse("a host is missing");
  if (colon != text.npos) {
    endpoint.port = static_cast<std::uint16_t>(number<int>(text.substr(colon + 1), 65535, "port"));
  }
  return endpoint;
}

void readHosts(std::string_view rest, Address& address) {
  takeCredentials(rest, address);
  const std::size_t slash = rest.find('/');
  std::string_view hosts = rest.substr(0, slash);
  if (slash != rest.npos && slash + 1 < rest.size()) address.database = databaseOf(rest.substr(slash + 1));
  address.endpoints.clear();
  for (std::size_t comma = 0; comma != hosts.npos; hosts.remove_prefix(comma == hosts.npos ? 0 : comma + 1)) {
    comma = hosts.find(',');
    address.endpoints.push_back(endpointOf(hosts.substr(0, comma)));
  }
}

void readSocket(std::string_view rest, Address& address) {
  const std::size_t question = rest.find('?');
  if (question != rest.npos) {
    const std::string_view query = rest.substr(question + 1);
    if (query.substr(0, 3) != "db=") refuse("behind the '?' only 'db=' may follow");
    address.database = databaseOf(query.substr(3));
    rest = rest.substr(0, question);
  }
  takeCredentials(rest, address);
  Endpoint endpoint;
  endpoint.socket_path = decoded(rest);
  if (endpoint.socket_path.empty() || endpoint.socket_path.front() != '/') {
    refuse("the path of the socket does not begin with '/'");
  }
  address.endpoints = {endpoint};
}

}  // namespace

std::string Endpoint::text() const {
  if (!socket_path.empty()) return socket_path;
  const bool numeric_v6 = host.find(':') != host.npos;
  return (numeric_v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

Address parseUrl(std::string_view url) {
  Address address;
  const std::size_t colon = url.find("://");
  const std::string_view scheme = url.substr(0, colon == url.npos ? 0 : colon);
  const std::string_view rest = colon == url.npos ? std::string_view() : url.substr(colon + 3);
  if (scheme == "unix") {
    readSocket(rest, address);
  } else if (scheme == "redis" || scheme == "rediss") {
    address.tls = scheme == "rediss";
    readHosts(rest, address);
  } else {
    refuse("it begins with none of 'redis://', 'rediss://' and 'unix://'");
  }
  return address;
}

}  // namespace tally::redis
