#pragma once
// One exchange on a libcurl handle: options in, callbacks out. Only for the loop's thread.

#include <curl/curl.h>

#include <array>
#include <memory>
#include <string>

#include "s2/http/exchange.hpp"
#include "s2/http/http_loop.hpp"

namespace tally::s2 {

struct HttpLoop::Transfer {
  /// A handle with all that is the same for every request. Errors: an empty one when there is no memory.
  static Easy newHandle(const HttpSettings& settings, OpenSockets& sockets);

  /// Sets up the handle for one request. Lifetime: the handle refers to this until release(). Errors: std::bad_alloc.
  Transfer(Easy handle, std::shared_ptr<Exchange> request, const HttpSettings& settings, OpenSockets& open);
  /// The handle, for another request.
  Easy release();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// What became of it; to be asked before the handle is used again. Without memory for it: the little that is known.
  Ending ending(int code, bool aborted) const noexcept;

  struct ListDeleter {
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
  };

  Easy easy;
  std::shared_ptr<Exchange> exchange;
  OpenSockets& sockets;
  Attended attended = Attended::ByWaiting;
  std::unique_ptr<curl_slist, ListDeleter> headers;
  std::array<char, CURL_ERROR_SIZE> error_text{};
  std::string thrown;     ///< what the exchange threw in a callback
  bool has_head = false;  ///< the answer's head has come to its end
  int sendings = 0;       ///< how often libcurl has begun to send the request

 private:
  void setLimits(const HttpSettings& settings);
  Ending describe(int code, bool aborted) const;
  void setRequest();
  void setHeaders();

  static int onSending(void* self, char* here, char* there, int port_here, int port_there) noexcept;
  static std::size_t onHead(char* line, std::size_t one, std::size_t count, void* self) noexcept;
  static std::size_t onBody(char* bytes, std::size_t one, std::size_t count, void* self) noexcept;
  static std::size_t onSupply(char* room, std::size_t one, std::size_t count, void* self) noexcept;
};

}  // namespace tally::s2
