#include "connection.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "command.hpp"
#include "failures.hpp"

namespace tally::redis {
namespace {

constexpr std::size_t kReadSize = std::size_t{64} << 10;

std::uint64_t nextNumber() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

Error unreachable(const Endpoint& endpoint, const std::string& why) {
  return Error(ErrorCode::Unavailable, "can't connect to " + endpoint.text() + ": " + why).retryable(true);
}

bool isExhaustion(int number) { return number == EMFILE || number == ENFILE || number == ENOMEM || number == ENOBUFS; }

Error systemError(const Endpoint& endpoint, int number) {
  Error error = unreachable(endpoint, std::strerror(number));
  if (isExhaustion(number)) {
    error = Error(ErrorCode::Exhausted, std::string("can't open a connection: ") + std::strerror(number));
  }
  return error.systemErrno(number);
}

Context begin(const Endpoint& endpoint) {
  const bool local = !endpoint.socket_path.empty();
  errno = 0;
  Context context(local ? redisConnectUnixNonBlock(endpoint.socket_path.c_str())
                        : redisConnectNonBlock(endpoint.host.c_str(), endpoint.port));
  if (!context) throw Error(ErrorCode::Exhausted, "out of memory while connecting to " + endpoint.text());
  if (context->err == 0) return context;
  if (isExhaustion(errno) || (context->err == REDIS_ERR_IO && errno != 0)) throw systemError(endpoint, errno);
  throw unreachable(endpoint, context->errstr);
}

void finish(const redisContext& context, const Endpoint& endpoint, const Patience& patience) {
  if (!patience.wait(context.fd, POLLOUT)) throw unreachable(endpoint, "no answer within 'connectTimeout'");
  int number = 0;
  socklen_t size = sizeof number;
  ::getsockopt(context.fd, SOL_SOCKET, SO_ERROR, &number, &size);
  if (number != 0) throw systemError(endpoint, number);
}

Error refusedLogin(ReplyView reply) {
  // What the server says about a password that it can't use may hold it, so only the first word is told.
  if (firstWord(reply) == "NOPERM" || isTransient(reply)) return errorOf(reply);
  return {ErrorCode::Unauthenticated, "the server does not accept the user or the password of 'url' (it said " +
                                          std::string(firstWord(reply)) + ")"};
}

LostConnection lost(const Endpoint& endpoint, const std::string& why) {
  return {Error(ErrorCode::Unavailable, "the connection to " + endpoint.text() + " was lost: " + why).retryable(true)};
}

void waitFor(const redisContext& context, short events, const Endpoint& endpoint, const Patience& patience) {
  bool ready = false;
  try {
    ready = patience.wait(context.fd, events);
  } catch (const Error& stopped) {
    throw LostConnection{stopped};
  }
  if (ready) return;
  throw LostConnection{
      Error(ErrorCode::Timeout, endpoint.text() + " did not answer within 'commandTimeout'").retryable(true)};
}

}  // namespace

Connection::Connection(Context context, Endpoint endpoint) noexcept
    : context_(std::move(context)), endpoint_(std::move(endpoint)), number_(nextNumber()) {}

std::unique_ptr<Connection> Connection::open(const Endpoint& endpoint, const Settings& settings, const Call& call) {
  const Patience patience(call, settings.connect_timeout);
  Context context = begin(endpoint);
  finish(*context, endpoint, patience);
  if (endpoint.socket_path.empty()) redisEnableKeepAlive(context.get());
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

void Connection::introduce(const Settings& settings, const Patience& patience) {
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

void Connection::startTls(const TlsIdentity& identity, const Patience& patience) {
  tls_ = std::make_unique<Tls>(identity, endpoint_);
  char buffer[kReadSize];
  for (;;) {
    const bool agreed = tls_->agree();
    sendPlain(tls_->takeOutput(), patience);
    if (agreed) return;
    waitFor(*context_, POLLIN, endpoint_, patience);
    tls_->receive(receivePlain(buffer, sizeof buffer));
  }
}

std::size_t Connection::writeSome(std::string_view bytes) {
  const ssize_t sent = ::send(context_->fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (errno == EAGAIN || errno == EINTR) return 0;
  throw lost(endpoint_, std::strerror(errno));
}

void Connection::sendPlain(std::string_view bytes, const Patience& patience) {
  while (!bytes.empty()) {
    bytes.remove_prefix(writeSome(bytes));
    if (!bytes.empty()) waitFor(*context_, POLLOUT, endpoint_, patience);
  }
}

void Connection::send(std::string_view bytes, const Patience& patience) {
  if (!tls_) return sendPlain(bytes, patience);
  try {
    tls_->encrypt(bytes);
  } catch (const Error& error) {
    throw LostConnection{error};
  }
  sendPlain(tls_->takeOutput(), patience);
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

void Connection::readMore(const Patience& patience) {
  char buffer[kReadSize];
  const std::string_view bytes = receivePlain(buffer, sizeof buffer);
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

Reply Connection::receive(const Patience& patience) {
  for (;;) {
    if (Reply reply = tryParse()) return reply;
    waitFor(*context_, POLLIN, endpoint_, patience);
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
