// The S2 backend against the same bytes sent by bare libcurl, on the same server in the same run.

#include <benchmark/benchmark.h>
#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <functional>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

#include "s2/names/url_text.hpp"
#include "s2/s2_server.hpp"
#include "s2/wire/frames.hpp"
#include "s2/wire/messages.hpp"

namespace {

using tally::s2::AppendInput;
using tally::s2::test::S2Server;

constexpr std::size_t kSmall = 1024, kLarge = 64 * 1024 * 1024, kFrameBody = 1024 * 1024 - 64, kSideBySide = 64;
const std::string kLine = std::string(299, 'x') + '\n';

/// One server for all of them, gone with the process.
const S2Server& server() {
  static const S2Server one;
  return one;
}

std::string recordsUrl(const std::string& stream, const std::string& query = {}) {
  return server().url() + "/v1/streams/" + tally::s2::percentEncoded(stream) + "/records" + query;
}

/// What an answer is worth to a caller: its bytes in a string.
std::size_t collect(char* bytes, std::size_t one, std::size_t count, void* answer) {
  static_cast<std::string*>(answer)->append(bytes, one * count);
  return one * count;
}

/// A handle that is ready to send `body`, or to get when there is none.
class BareRequest {
 public:
  BareRequest(const std::string& url, const char* type, const std::string* body) : curl_(curl_easy_init()) {
    headers_ = curl_slist_append(headers_, (std::string("s2-basin: ") + tally::s2::test::kBasin).c_str());
    headers_ = curl_slist_append(headers_, (std::string("content-type: ") + type).c_str());
    headers_ = curl_slist_append(headers_, "accept: application/protobuf");
    headers_ = curl_slist_append(headers_, "Expect:");
    curl_easy_setopt(curl_, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, headers_);
    curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, &collect);
    curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &answer_);
    curl_easy_setopt(curl_, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl_, CURLOPT_BUFFERSIZE, 512L * 1024);
    curl_easy_setopt(curl_, CURLOPT_UPLOAD_BUFFERSIZE, 1024L * 1024);
    if (body == nullptr) return;
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body->size()));
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, body->data());
  }
  BareRequest(const BareRequest&) = delete;
  BareRequest& operator=(const BareRequest&) = delete;
  ~BareRequest() {
    curl_easy_cleanup(curl_);
    curl_slist_free_all(headers_);
  }
  void send() {
    answer_ = std::string();
    const CURLcode code = curl_easy_perform(curl_);
    if (code != CURLE_OK) throw std::runtime_error(curl_easy_strerror(code));
  }

 private:
  CURL* curl_;
  std::string answer_;
  curl_slist* headers_ = nullptr;
};

std::string appendBody() {
  AppendInput input;
  input.records.push_back(tally::s2::lineRecord(std::string_view(kLine).substr(0, kLine.size() - 1)));
  return encode(input);
}

void appendBare(benchmark::State& state) {
  tally::s2::test::openS2(server())->append("bare", kLine);
  const std::string body = appendBody();
  BareRequest request(recordsUrl("bare."), "application/protobuf", &body);
  for (auto _ : state) request.send();
}

void appendS2(benchmark::State& state) {
  const auto storage = tally::s2::test::openS2(server());
  storage->append("ours", kLine);
  for (auto _ : state) storage->append("ours", kLine);
}

/// 64 callers, each on a thread of its own, all at the same time: an iteration is one `step` of each.
void sideBySide(benchmark::State& state, const std::function<void(std::size_t)>& step) {
  std::barrier<> round(kSideBySide + 1);
  std::atomic<bool> done{false};
  std::vector<std::thread> callers;
  for (std::size_t i = 0; i < kSideBySide; ++i) {
    callers.emplace_back([&, i] {
      for (;;) {
        round.arrive_and_wait();
        if (done) return;
        step(i);
        round.arrive_and_wait();
      }
    });
  }
  for (auto _ : state) {
    round.arrive_and_wait();
    round.arrive_and_wait();
  }
  done = true;
  round.arrive_and_wait();
  for (auto& caller : callers) caller.join();
}

void append64Bare(benchmark::State& state) {
  tally::s2::test::openS2(server())->append("bare", kLine);
  const std::string body = appendBody();
  std::vector<std::unique_ptr<BareRequest>> requests;
  for (std::size_t i = 0; i < kSideBySide; ++i) {
    requests.push_back(std::make_unique<BareRequest>(recordsUrl("bare."), "application/protobuf", &body));
  }
  sideBySide(state, [&](std::size_t caller) { requests[caller]->send(); });
}

void append64S2(benchmark::State& state) {
  const auto storage = tally::s2::test::openS2(server());
  storage->append("ours", kLine);
  sideBySide(state, [&](std::size_t) { storage->append("ours", kLine); });
}

/// The least that bare libcurl needs for a small object: one answer of known size.
void read1KiBBare(benchmark::State& state) {
  tally::s2::test::openS2(server())->write("read-small", std::string(kSmall, 'x'));
  BareRequest request(recordsUrl("read-small.", "?seq_num=0"), "application/json", nullptr);
  for (auto _ : state) request.send();
}

void read1KiBS2(benchmark::State& state) {
  const auto storage = tally::s2::test::openS2(server());
  storage->write("read-small", std::string(kSmall, 'x'));
  for (auto _ : state) benchmark::DoNotOptimize(storage->read("read-small"));
}

std::string largeSession() {
  std::string frames;
  const std::string content(kFrameBody, 'x');
  for (std::size_t sent = 0; sent < kLarge; sent += kFrameBody) {
    AppendInput input;
    input.records.push_back(tally::s2::chunkRecord(content));
    frames += tally::s2::encodeFrame(encode(input));
  }
  return frames;
}

/// Many records of 8 KiB in a session, in full batches.
constexpr std::size_t kStreamed = 4096, kStreamedBytes = 8 * 1024;
const std::string kStreamedLine = std::string(kStreamedBytes - 1, 'x') + '\n';

void appendStreamBare(benchmark::State& state) {
  tally::s2::test::openS2(server())->append("bare-stream", kLine);
  constexpr std::size_t kTogether = 120;
  std::string frames;
  for (std::size_t sent = 0; sent < kStreamed; sent += kTogether) {
    AppendInput input;
    for (std::size_t i = sent; i < std::min(kStreamed, sent + kTogether); ++i) {
      input.records.push_back(tally::s2::lineRecord(std::string_view(kStreamedLine).substr(0, kStreamedBytes - 1)));
    }
    frames += tally::s2::encodeFrame(encode(input));
  }
  BareRequest request(recordsUrl("bare-stream."), "s2s/proto", &frames);
  for (auto _ : state) request.send();
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * kStreamed * kStreamedBytes));
}

void appendStreamS2(benchmark::State& state) {
  const auto storage = tally::s2::test::openS2(server());
  const auto stream = storage->openAppendStream("ours-stream", {}, tally::Call());
  std::uint64_t next = 0, oldest = 0;
  for (auto _ : state) {
    for (std::size_t i = 0; i < kStreamed; ++i) {
      while (!stream->submit(kStreamedLine)) stream->wait(std::exchange(oldest, std::min(oldest + 64, next)), {});
      ++next;
    }
    stream->wait(next - 1, tally::Call());
    oldest = next;
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * kStreamed * kStreamedBytes));
}

void write64MiBBare(benchmark::State& state) {
  tally::s2::test::openS2(server())->append("bare-large", "");
  const std::string frames = largeSession();
  BareRequest request(recordsUrl("bare-large."), "s2s/proto", &frames);
  for (auto _ : state) request.send();
}

void write64MiBS2(benchmark::State& state) {
  const auto storage = tally::s2::test::openS2(server());
  const std::string content(kLarge, 'x');
  for (auto _ : state) storage->write("large", content);
}

void read64MiBBare(benchmark::State& state) {
  tally::s2::test::openS2(server())->write("read", std::string(kLarge, 'x'));
  BareRequest request(recordsUrl("read.", "?seq_num=0&wait=0"), "s2s/proto", nullptr);
  for (auto _ : state) request.send();
}

void read64MiBS2(benchmark::State& state) {
  const auto storage = tally::s2::test::openS2(server());
  storage->write("read", std::string(kLarge, 'x'));
  for (auto _ : state) benchmark::DoNotOptimize(storage->read("read"));
}

}  // namespace

BENCHMARK(appendBare)->Name("appendBare/s2")->UseRealTime()->Iterations(300);
BENCHMARK(appendS2)->Name("appendOurs/s2")->UseRealTime()->Iterations(300);
BENCHMARK(append64Bare)->Name("append64Bare/s2")->UseRealTime()->Iterations(50);
BENCHMARK(append64S2)->Name("append64Ours/s2")->UseRealTime()->Iterations(50);
BENCHMARK(read1KiBBare)->Name("read1KiBBare/s2")->UseRealTime()->Iterations(300);
BENCHMARK(read1KiBS2)->Name("read1KiBOurs/s2")->UseRealTime()->Iterations(300);
BENCHMARK(appendStreamBare)->Name("appendStreamBare/s2")->UseRealTime()->Iterations(3);
BENCHMARK(appendStreamS2)->Name("appendStreamOurs/s2")->UseRealTime()->Iterations(3);
BENCHMARK(write64MiBBare)->Name("write64MiBBare/s2")->UseRealTime()->Iterations(2);
BENCHMARK(write64MiBS2)->Name("write64MiBOurs/s2")->UseRealTime()->Iterations(2);
BENCHMARK(read64MiBBare)->Name("read64MiBBare/s2")->UseRealTime()->Iterations(3);
BENCHMARK(read64MiBS2)->Name("read64MiBOurs/s2")->UseRealTime()->Iterations(3);
