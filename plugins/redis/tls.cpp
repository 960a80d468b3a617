#include "tls.hpp"

#include "tally/error.hpp"

#ifdef TALLY_REDIS_TLS
#include <fcntl.h>
#include <hiredis/hiredis_ssl.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include <cerrno>
#include <memory>
#endif

namespace tally::redis {

#ifndef TALLY_REDIS_TLS

void requireTls() {
  throw Error(
      ErrorCode::Unsupported,
      "this build of the redis backend has no TLS, which 'rediss://' asks for: build it with hiredis 1.0 or later "
      "and its libhiredis_ssl (package libhiredis-dev of Debian 13), or use 'redis://' through a tunnel");
}
void startTls(redisContext*, const Endpoint&) { requireTls(); }
bool usesTls(const redisContext*) noexcept { return false; }
long writeTls(redisContext*, std::string_view) { return -1; }
bool readTls(redisContext*) { return false; }

#else

namespace {

struct FreeTls {
  void operator()(redisSSLContext* context) const noexcept { redisFreeSSLContext(context); }
};

redisSSLContext* trustOfThisMachine() {
  static const std::unique_ptr<redisSSLContext, FreeTls> kContext = [] {
    redisInitOpenSSL();
    redisSSLContextError failed = REDIS_SSL_CTX_NONE;
    redisSSLOptions options{};
    options.cacert_filename = "/etc/ssl/certs/ca-certificates.crt";
    options.verify_mode = REDIS_SSL_VERIFY_PEER;
    std::unique_ptr<redisSSLContext, FreeTls> made(redisCreateSSLContextWithOptions(&options, &failed));
    if (!made) {
      throw Error(ErrorCode::Unavailable, std::string("TLS can't be set up: ") + redisSSLContextGetError(failed) +
                                              "; is the package ca-certificates installed?");
    }
    return made;
  }();
  return kContext.get();
}

void setBlocking(int fd, bool blocking) {
  const int flags = ::fcntl(fd, F_GETFL);
  ::fcntl(fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

// OpenSSL writes in a way that raises SIGPIPE on a lost connection; here it does not get through.
class NoSigpipe {
 public:
  NoSigpipe() {
    sigset_t pending;
    ::sigpending(&pending);
    was_pending_ = ::sigismember(&pending, SIGPIPE) == 1;
    ::sigemptyset(&pipe_);
    ::sigaddset(&pipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;
  ~NoSigpipe() {
    const int number = errno;
    const timespec now{};
    if (!was_pending_) ::sigtimedwait(&pipe_, nullptr, &now);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = number;
  }

 private:
  sigset_t pipe_, before_;
  bool was_pending_ = false;
};

}  // namespace

void requireTls() {}

void startTls(redisContext* context, const Endpoint& endpoint) {
  const NoSigpipe quiet;
  setBlocking(context->fd, true);
  context->flags |= REDIS_BLOCK;
  redisSSLContext* trust = trustOfThisMachine();
  if (redisInitiateSSLWithContext(context, trust) != REDIS_OK) {
    throw Error(ErrorCode::Unavailable, "no TLS with " + endpoint.text() + ": " + context->errstr);
  }
  setBlocking(context->fd, false);
  context->flags &= ~REDIS_BLOCK;
}

bool usesTls(const redisContext* context) noexcept { return context->privctx != nullptr; }

long writeTls(redisContext* context, std::string_view bytes) {
  const NoSigpipe quiet;
  if (redisAppendFormattedCommand(context, bytes.data(), bytes.size()) != REDIS_OK) return -1;
  for (int done = 0; done == 0;) {
    if (redisBufferWrite(context, &done) != REDIS_OK) return -1;
  }
  return static_cast<long>(bytes.size());
}

bool readTls(redisContext* context) {
  const NoSigpipe quiet;
  return redisBufferRead(context) == REDIS_OK;
}

#endif

}  // namespace tally::redis
