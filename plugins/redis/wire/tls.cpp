#include "redis/wire/tls.hpp"

#include "tally/error.hpp"

#ifdef TALLY_REDIS_TLS
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#endif

namespace tally::redis {

#ifdef TALLY_REDIS_TLS

namespace {

std::string lastReason() {
  const unsigned long code = ::ERR_peek_last_error();
  ::ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ::ERR_reason_error_string(code);
  return reason == nullptr ? "the connection ended" : reason;
}

Error badFile(const char* option, const std::string& path) {
  return {ErrorCode::InvalidConfig,
          "the file '" + path + "' of the option '" + option + "' can't be used: " + lastReason()};
}

}  // namespace

struct TlsIdentity::Context {
  struct Free {
    void operator()(SSL_CTX* context) const noexcept { ::SSL_CTX_free(context); }
  };
  std::unique_ptr<SSL_CTX, Free> handle{::SSL_CTX_new(::TLS_client_method())};
};

void requireTls() {}

TlsIdentity::TlsIdentity(const TlsSettings& settings) : context_(std::make_unique<Context>()) {
  SSL_CTX* context = context_->handle.get();
  if (context == nullptr) throw Error(ErrorCode::Exhausted, "out of memory for TLS");
  ::SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  ::SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  const auto& authorities = settings.ca_file;
  const bool trusts = authorities.empty() ? ::SSL_CTX_set_default_verify_paths(context) == 1
                                          : ::SSL_CTX_load_verify_locations(context, authorities.c_str(), nullptr) == 1;
  if (!trusts) throw badFile("tlsCaFile", authorities);
  if (settings.certificate_file.empty()) return;
  if (::SSL_CTX_use_certificate_chain_file(context, settings.certificate_file.c_str()) != 1) {
    throw badFile("tlsCertificateFile", settings.certificate_file);
  }
  if (::SSL_CTX_use_PrivateKey_file(context, settings.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    throw badFile("tlsKeyFile", settings.key_file);
  }
}

struct Tls::State {
  struct Free {
    void operator()(SSL* session) const noexcept { ::SSL_free(session); }
  };
  std::unique_ptr<SSL, Free> session;
  BIO* in = nullptr;   // of session
  BIO* out = nullptr;  // of session
  std::string peer;
  char room[16384];

  // For the next call: what this thread did before with the library would be taken for its failure.
  SSL* begin() const {
    ::ERR_clear_error();
    return session.get();
  }

  // Whether it needs more from the other side. Errors: as said at Tls.
  bool wantsMore(int result) const {
    if (::SSL_get_error(session.get(), result) == SSL_ERROR_WANT_READ) return true;
    const long verdict = ::SSL_get_verify_result(session.get());
    if (verdict != X509_V_OK) {
      ::ERR_clear_error();
      throw Error(ErrorCode::Unavailable, "the certificate of " + peer +
                                              " is not accepted: " + ::X509_verify_cert_error_string(verdict) +
                                              "; name its authority in 'tlsCaFile', and the host as it does");
    }
    throw Error(ErrorCode::Unavailable, "no TLS with " + peer + ": " + lastReason());
  }
};

Tls::Tls(const TlsIdentity& identity, const Endpoint& endpoint) : state_(std::make_unique<State>()) {
  state_->session.reset(::SSL_new(identity.context_->handle.get()));
  state_->in = ::BIO_new(::BIO_s_mem());
  state_->out = ::BIO_new(::BIO_s_mem());
  if (!state_->session || state_->in == nullptr || state_->out == nullptr) {
    throw Error(ErrorCode::Exhausted, "out of memory for TLS");
  }
  SSL* session = state_->session.get();
  ::SSL_set_bio(session, state_->in, state_->out);
  state_->peer = endpoint.text();
  const std::string& host = endpoint.host;
  if (::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(session), host.c_str()) != 1) {
    ::ERR_clear_error();  // a name, and no address
    ::SSL_set1_host(session, host.c_str());
    ::SSL_set_tlsext_host_name(session, host.c_str());
  }
  ::SSL_set_connect_state(session);
}

bool Tls::agree() {
  const int result = ::SSL_do_handshake(state_->begin());
  return result == 1 || !state_->wantsMore(result);
}

void Tls::receive(std::string_view bytes) { ::BIO_write(state_->in, bytes.data(), static_cast<int>(bytes.size())); }

std::string_view Tls::decrypted() {
  const int size = ::SSL_read(state_->begin(), state_->room, sizeof state_->room);
  if (size > 0) return {state_->room, static_cast<std::size_t>(size)};
  state_->wantsMore(size);
  return {};
}

void Tls::encrypt(std::string_view bytes) {
  std::size_t written = 0;
  if (bytes.empty()) return;
  if (::SSL_write_ex(state_->begin(), bytes.data(), bytes.size(), &written) != 1) state_->wantsMore(0);
}

std::string Tls::takeOutput() {
  std::string bytes(::BIO_ctrl_pending(state_->out), '\0');
  if (!bytes.empty()) ::BIO_read(state_->out, bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

#else

struct TlsIdentity::Context {};
struct Tls::State {};

void requireTls() {
  throw Error(ErrorCode::Unsupported,
              "this build of the redis backend has no TLS, which 'rediss://' asks for: install libssl-dev and build it "
              "again, or use 'redis://' through a tunnel");
}
TlsIdentity::TlsIdentity(const TlsSettings&) { requireTls(); }
Tls::Tls(const TlsIdentity&, const Endpoint&) { requireTls(); }
bool Tls::agree() { return false; }
void Tls::receive(std::string_view) {}
std::string_view Tls::decrypted() { return {}; }
void Tls::encrypt(std::string_view) {}
std::string Tls::takeOutput() { return {}; }

#endif

TlsIdentity::~TlsIdentity() = default;
Tls::~Tls() = default;

}  // namespace tally::redis
