// What libcurl can't do for want of memory is an error of the one request: nobody waits for ever, nothing is sent in
// part.

#include <curl/curl.h>
#include <dlfcn.h>

#include <atomic>
#include <thread>
#include <vector>

#include "s2_server.hpp"
#include "support/doctest.hpp"

using namespace tally;
using namespace tally::s2::test;
using tally::test::codeOf;

namespace {

std::atomic<bool> no_room{false}, no_header{false};

template <typename Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

// In the place of libcurl's own.
extern "C" CURLMcode curl_multi_add_handle(CURLM* multi, CURL* easy) {
  static auto* const own = real<CURLMcode(CURLM*, CURL*)>("curl_multi_add_handle");
  return no_room ? CURLM_OUT_OF_MEMORY : own(multi, easy);
}

extern "C" curl_slist* curl_slist_append(curl_slist* list, const char* text) {
  static auto* const own = real<curl_slist*(curl_slist*, const char*)>("curl_slist_append");
  return no_header && list != nullptr ? nullptr : own(list, text);
}

TEST_CASE("memory: a request that libcurl does not take, or not whole, is Exhausted, and the next one is done") {
  const S2Server server;
  const auto storage = openS2(server);
  storage->append("log", "line\n");
  for (auto* const missing : {&no_room, &no_header}) {
    *missing = true;
    std::vector<std::thread> callers;
    for (int i = 0; i < 4; ++i) {
      callers.emplace_back([&] {
        CHECK(codeOf([&] { storage->read("log"); }) == ErrorCode::Exhausted);
        CHECK(codeOf([&] { storage->append("log", "x"); }) == ErrorCode::Exhausted);
      });
    }
    for (auto& caller : callers) caller.join();
    *missing = false;
    CHECK(storage->read("log") == "line\n");
  }
  storage->append("log", "more\n");
  CHECK(storage->read("log") == "line\nmore\n");
}
