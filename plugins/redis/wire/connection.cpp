#include "redis/wire/connection.hpp"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "redis/wire/command.hpp"
#include "redis/wire/failures.hpp"
#include "redis/wire/socket.hpp"

namespace tally::redis {
namespace {

constexpr std::size_t kReadSize = std::size_t{64} << 10;
constexpr std::size_t kEncryptedAtOnce = std::size_t{1} << 20;  // what is encrypted is in memory twice

std::uint64_t nextNumber() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

Context contextOf(Socket socket) {
  Context context(redisConnectFd(socket.get()));
  if (!context) throw Error(ErrorCode::Exhausted, "out of memory while connecting");
  static_cast<void>(socket.release());
  return context;
}

LostConnection lost(const Endpoint& endpoint, const std::string& why) {
  return {Error(ErrorCode::Unavailable, "the connection to " + endpoint.text() + " was lost: " + why).retryable(true)};
}

}  // namespace

Connection::Connection(Context context, Endpoint endpoint) noexcept
    : context_(std::move(context)), endpoint_(std::move(endpoint)), number_(nextNumber()) {}

std::unique_ptr<Connection> Connection::open(const Endpoint& endpoint, const Settings& settings, const Call& call) {
  Patience patience(call, settings.connect_timeout);
  Context context = contextOf(connectTo(endpoint, patience));
  std::unique_ptr<Connection> connection(new Connection(std::move(context), endpoint));
  try {
    if (settings.identity) connection->startTls(*settings.identity, patience);
    connection->introduce(settings, patience);
  } catch (const LostConnection& lost) {
    const bool slow =
        lost.why.code() == ErrorCode::Timeout && !(call.hasDeadline() && Call::Clock::now() >= call.deadline);
    throw slow ? Error(lost.why).retryable(true) : lost.why;
  }
  return connection;
}

void Connection::introduce(const Settings& settings, Patience& patience) {
  const Address& address = settings.address;
  std::string bytes;
  if (!address.password.empty()) {
    Command login("AUTH");
    if (!address.user.empty()) login.arg(address.user);
    bytes += login.arg(address.password).bytes();
  }
  if (address.database != 0) bytes += Command("SELECT").arg(address.database).bytes();
  if (bytes.empty()) return;
  send(bytes, patience);
  if (!address.password.empty()) {
    const Reply reply = receive(patience);
    if (viewOf(reply).isError()) throw refusedLogin(viewOf(reply));
  }
  if (address.database == 0) return;
  const Reply reply = receive(patience);
  if (!viewOf(reply).isError()) return;
  const Error error = errorOf(viewOf(reply));
  if (error.code() != ErrorCode::Internal) throw error;
  throw Error(ErrorCode::InvalidConfig, "the server has no database " + std::to_string(address.database) +
                                            ", which 'url' names (it said: " + std::string(viewOf(reply).errorText()) +
                                            ")");
}

void Connection::startTls(const TlsIdentity& identity, Patience& patience) {
  tls_ = std::make_unique<Tls>(identity, endpoint_);
  char buffer[kReadSize];
  for (;;) {
    const bool agreed = tls_->agree();
    sendPlain(tls_->takeOutput(), patience);
    if (agreed) return;
    waitFor(POLLIN, patience);
    tls_->receive(receivePlain(buffer, sizeof buffer));
  }
}

// How much of what was sent the other side has not got yet.
int Connection::unsent() const noexcept {
  int bytes = 0;
  return ::ioctl(context_->fd, SIOCOUTQ, &bytes) == 0 ? bytes : 0;
}

// As long as the other side still gets something, it is no wonder that nothing comes from it.
bool Connection::isReady(short events, Patience& patience) const {
  for (int before = unsent();;) {
    if (patience.wait(context_->fd, events)) return true;
    const int now = unsent();
    if (now >= before) return false;
    before = now;
    patience.restart();
  }
}

void Connection::waitFor(short events, Patience& patience) const {
  bool ready = false;
  try {
    ready = isReady(events, patience);
  } catch (const Error& stopped) {
    throw LostConnection{stopped};
  }
  if (ready) return;
  throw LostConnection{
      Error(ErrorCode::Timeout, endpoint_.text() + " did not answer within 'commandTimeout'").retryable(true)};
}

std::size_t Connection::writeSome(std::string_view bytes) {
  const ssize_t sent = ::send(context_->fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (errno == EAGAIN || errno == EINTR) return 0;
  throw lost(endpoint_, std::strerror(errno));
}

void Connection::sendPlain(std::string_view bytes, Patience& patience) {
  while (!bytes.empty()) {
    const std::size_t sent = writeSome(bytes);
    if (sent > 0) patience.restart();
    bytes.remove_prefix(sent);
    if (!bytes.empty()) waitFor(POLLOUT, patience);
  }
}

void Connection::send(std::string_view bytes, Patience& patience) {
  if (!tls_) return sendPlain(bytes, patience);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), kEncryptedAtOnce))) {
    try {
      tls_->encrypt(bytes.substr(0, kEncryptedAtOnce));
    } catch (const Error& error) {
      throw LostConnection{error};
    }
    sendPlain(tls_->takeOutput(), patience);
  }
}

Reply Connection::tryParse() {
  void* reply = nullptr;
  if (redisReaderGetReply(context_->reader, &reply) != REDIS_OK) {
    throw lost(endpoint_, std::string("it does not speak the protocol of Redis: ") + context_->reader->errstr);
  }
  return Reply(static_cast<redisReply*>(reply));
}

// What has come, if anything has.
std::string_view Connection::receivePlain(char* buffer, std::size_t size) {
  const ssize_t got = ::recv(context_->fd, buffer, size, MSG_DONTWAIT);
  if (got == 0) throw lost(endpoint_, "the server hung up");
  if (got < 0 && errno != EAGAIN && errno != EINTR) throw lost(endpoint_, std::strerror(errno));
  return {buffer, got > 0 ? static_cast<std::size_t>(got) : 0};
}

void Connection::readMore(Patience& patience) {
  char buffer[kReadSize];
  const std::string_view bytes = receivePlain(buffer, sizeof buffer);
  if (!bytes.empty()) patience.restart();
  if (!tls_) {
    if (!bytes.empty()) redisReaderFeed(context_->reader, bytes.data(), bytes.size());
    return;
  }
  try {
    tls_->receive(bytes);
    for (auto plain = tls_->decrypted(); !plain.empty(); plain = tls_->decrypted()) {
      redisReaderFeed(context_->reader, plain.data(), plain.size());
    }
  } catch (const Error& error) {
    throw LostConnection{error};
  }
  sendPlain(tls_->takeOutput(), patience);
}

Reply Connection::receive(Patience& patience) {
  for (;;) {
    if (Reply reply = tryParse()) return reply;
    waitFor(POLLIN, patience);
    readMore(patience);
  }
}

void Connection::abandon() noexcept {
  const linger at_once{1, 0};
  ::setsockopt(context_->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

bool Connection::isStale() const noexcept {
  char byte = 0;
  return ::recv(context_->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 || (errno != EAGAIN && errno != EINTR);
}

}  // namespace tally::redis
