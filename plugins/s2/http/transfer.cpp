#include "s2/http/transfer.hpp"

#include <exception>
#include <new>
#include <utility>

namespace tally::s2 {
namespace {

constexpr long kReceiveBuffer = 512L * 1024, kSendBuffer = 1024L * 1024;

bool isSecurityFailure(int code) {
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_ISSUER_ERROR;
}

std::chrono::milliseconds retryAfter(CURL* easy) {
  curl_header* header = nullptr;
  if (curl_easy_header(easy, "retry-after-ms", 0, CURLH_HEADER, -1, &header) != CURLHE_OK) return {};
  const std::string_view text = header->value;
  if (text.empty() || text.size() > 9 || text.find_first_not_of("0123456789") != text.npos) return {};
  return std::chrono::milliseconds(std::stol(std::string(text)));
}

long statusOf(CURL* easy) {
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

}  // namespace

HttpLoop::Easy HttpLoop::Transfer::newHandle(const HttpSettings& settings, OpenSockets& sockets) {
  Easy easy(curl_easy_init());
  CURL* const curl = easy.get();
  if (curl == nullptr) return easy;
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, settings.secure ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(curl, CURLOPT_PIPEWAIT, settings.secure ? 1L : 0L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, settings.verify ? 1L : 0L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, settings.verify ? 2L : 0L);
  if (!settings.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, settings.ca_file.c_str());
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings.connect_timeout.count()));
  curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
  sockets.watch(curl);
  curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, kReceiveBuffer);
  curl_easy_setopt(curl, CURLOPT_UPLOAD_BUFFERSIZE, kSendBuffer);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, &Transfer::onSending);
  curl_easy_setopt(curl, CURLOPT_READFUNCTION, &Transfer::onSupply);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Transfer::onBody);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &Transfer::onHead);
  return easy;
}

HttpLoop::Transfer::Transfer(Easy handle, std::shared_ptr<Exchange> request, const HttpSettings& settings,
                             OpenSockets& open)
    : easy(std::move(handle)), exchange(std::move(request)), sockets(open) {
  setLimits(settings);
  setRequest();
}

HttpLoop::Easy HttpLoop::Transfer::release() {
  curl_easy_setopt(easy.get(), CURLOPT_ERRORBUFFER, nullptr);
  curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, nullptr);
  curl_easy_setopt(easy.get(), CURLOPT_PRIVATE, nullptr);
  return std::move(easy);
}

void HttpLoop::Transfer::setLimits(const HttpSettings& settings) {
  const bool is_session = exchange->request().is_session;
  const auto usual = std::chrono::ceil<std::chrono::seconds>(settings.request_timeout);
  const auto silence = exchange->request().silence.value_or(usual);
  const auto whole = is_session ? std::chrono::milliseconds(0) : settings.request_timeout;
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(whole.count()));
  curl_easy_setopt(easy.get(), CURLOPT_LOW_SPEED_LIMIT, is_session && silence.count() != 0 ? 1L : 0L);
  curl_easy_setopt(easy.get(), CURLOPT_LOW_SPEED_TIME, is_session ? static_cast<long>(silence.count()) : 0L);
}

void HttpLoop::Transfer::setHeaders() {
  const auto add = [this](const char* header) {
    curl_slist* const all = curl_slist_append(headers.get(), header);
    if (all == nullptr) throw std::bad_alloc();  // `headers` is as it was
    static_cast<void>(headers.release());
    headers.reset(all);
  };
  for (const auto& header : exchange->request().headers) add(header.c_str());
  if (exchange->request().method == Method::Post) add("Expect:");  // would cost a round trip
}

void HttpLoop::Transfer::setRequest() {
  CURL* const curl = easy.get();
  const Request& request = exchange->request();
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  setHeaders();
  if (request.method == Method::Post) {
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    // Bytes from a callback that can't be rewound: libcurl must not repeat a request on its own, as it does with
    // buffers when a kept connection breaks. The first try may have been carried out.
    curl_easy_setopt(curl, CURLOPT_READDATA, this);
    // Of unknown size: libcurl sends it in chunks, or as HTTP/2 does.
    const auto size = exchange->supplySize();
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, size ? static_cast<curl_off_t>(*size) : curl_off_t{-1});
  } else {
    curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
  }
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method == Method::Delete ? "DELETE" : nullptr);
  curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, request.accepts_compression ? "zstd, gzip" : nullptr);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_PREREQDATA, this);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error_text.data());
  curl_easy_setopt(curl, CURLOPT_PRIVATE, this);
}

int HttpLoop::Transfer::onSending(void* self, char*, char*, int, int) noexcept {
  ++static_cast<Transfer*>(self)->sendings;
  return CURL_PREREQFUNC_OK;
}

/// libcurl takes an answer that ends inside its head for a whole one without a body.
std::size_t HttpLoop::Transfer::onHead(char* line, std::size_t one, std::size_t count, void* self) noexcept {
  const std::string_view text(line, one * count);
  if (text != "\r\n" && text != "\n") return text.size();
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.has_head = true;
  transfer.exchange->begin(static_cast<int>(statusOf(transfer.easy.get())));
  // A busy server sends the head by itself, and then waits with the body.
  if (transfer.exchange->request().is_session) transfer.sockets.acknowledge(transfer.easy.get());
  return text.size();
}

std::size_t HttpLoop::Transfer::onBody(char* bytes, std::size_t one, std::size_t count, void* self) noexcept {
  auto& transfer = *static_cast<Transfer*>(self);
  // An answer of known size has no end that could be held back.
  if (transfer.exchange->request().is_session) transfer.sockets.acknowledge(transfer.easy.get());
  try {
    const auto flow = transfer.exchange->receive({bytes, one * count});
    return flow == Exchange::Flow::Go ? one * count : CURL_WRITEFUNC_PAUSE;
  } catch (const std::exception& error) {
    transfer.thrown = error.what();
    return 0;  // not all was taken: libcurl ends the transfer
  }
}

std::size_t HttpLoop::Transfer::onSupply(char* room, std::size_t one, std::size_t count, void* self) noexcept {
  auto& transfer = *static_cast<Transfer*>(self);
  try {
    const std::size_t supplied = transfer.exchange->supply(room, one * count);
    return supplied == Exchange::kNothingYet ? CURL_READFUNC_PAUSE : supplied;
  } catch (const std::exception& error) {
    transfer.thrown = error.what();
    return CURL_READFUNC_ABORT;
  }
}

Ending HttpLoop::Transfer::ending(int code, bool aborted) const noexcept {
  try {
    return describe(code, aborted);
  } catch (const std::bad_alloc&) {
    Ending ending;
    ending.sent = true;  // for all that we know
    ending.aborted = aborted;
    ending.no_memory = true;
    ending.failure = "no memory";
    return ending;
  }
}

Ending HttpLoop::Transfer::describe(int code, bool aborted) const {
  Ending ending;
  CURL* const curl = easy.get();
  curl_off_t ready = 0;  // when the connection stood and the request was about to go out; 0 if it never did
  curl_easy_getinfo(curl, CURLINFO_PRETRANSFER_TIME_T, &ready);
  ending.sent = ready > 0;
  ending.repeated = sendings > 1;
  ending.aborted = aborted;
  if (!has_head) exchange->begin(static_cast<int>(statusOf(curl)));
  if (aborted) {
    ending.failure = "given up";
    return ending;
  }
  ending.arrived = code == CURLE_OK && has_head;
  if (ending.arrived) {
    ending.retry_after = retryAfter(curl);
    return ending;
  }
  ending.timed_out = code == CURLE_OPERATION_TIMEDOUT;
  ending.refused_security = isSecurityFailure(code);
  if (code == CURLE_OK) {
    ending.failure = "the answer ends inside its head";
    return ending;
  }
  const char* const text = error_text[0] != '\0' ? error_text.data() : curl_easy_strerror(static_cast<CURLcode>(code));
  ending.failure = thrown.empty() ? text : thrown;
  return ending;
}

}  // namespace tally::s2
