#include "http/http_loop.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "http/transfer.hpp"

namespace tally::s2 {
namespace {

constexpr int kIdleWaitMs = 60'000;

CURLM* newMulti() {
  // Never undone: other users of libcurl may be in the process, and the plugin stays loaded.
  static const CURLcode kStarted = curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLM* const multi = kStarted == CURLE_OK ? curl_multi_init() : nullptr;
  if (multi == nullptr) throw Error(ErrorCode::Exhausted, "libcurl can't be started: no memory");
  return multi;
}

}  // namespace

HttpLoop::HttpLoop(HttpSettings settings) : settings_(std::move(settings)), owner_(::getpid()), multi_(newMulti()) {
  curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, settings_.connections);
  curl_multi_setopt(multi_.get(), CURLMOPT_MAX_HOST_CONNECTIONS, settings_.connections);
  curl_multi_setopt(multi_.get(), CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  // The program's signal handlers must not run on our thread, and a broken connection is no SIGPIPE.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::make_unique<std::thread>([this] { run(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

HttpLoop::~HttpLoop() {
  if (::getpid() != owner_) {
    leaveToParent();
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  curl_multi_wakeup(multi_.get());
  thread_->join();
}

/// In a forked child: the thread and the connections are the parent's, only their memory was copied. Closing them here
/// would say goodbye to the server in the parent's name.
void HttpLoop::leaveToParent() noexcept {
  static_cast<void>(thread_.release());
  static_cast<void>(multi_.release());
  for (auto& easy : idle_) static_cast<void>(easy.release());
  for (auto& [exchange, transfer] : running_) static_cast<void>(transfer.release());
}

void HttpLoop::start(const std::shared_ptr<Exchange>& exchange) {
  if (::getpid() != owner_) {
    throw Error(ErrorCode::Closed, "the storage was opened before a fork; open one in the child");
  }
  give({Order::What::Start, exchange});
}

void HttpLoop::abort(const std::shared_ptr<Exchange>& exchange) {
  give({Order::What::Abort, exchange});
  exchange->wait(Call::Clock::time_point::max());
}

void HttpLoop::resume(const std::shared_ptr<Exchange>& exchange) { give({Order::What::Resume, exchange}); }

void HttpLoop::await(const std::shared_ptr<Exchange>& exchange, const Call& call) {
  while (!exchange->wait(std::min(call.deadline, Call::Clock::now() + kCancelStep))) {
    if (!call.cancel.requested() && Call::Clock::now() < call.deadline) continue;
    return abort(exchange);
  }
}

void HttpLoop::give(Order order) {
  bool is_first = false;
  {
    const std::lock_guard lock(mutex_);
    is_first = orders_.empty();
    orders_.push_back(std::move(order));
  }
  if (is_first) curl_multi_wakeup(multi_.get());  // else the thread is woken already
}

void HttpLoop::run() {
  while (takeOrders()) {
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    collect();
    curl_multi_poll(multi_.get(), nullptr, 0, kIdleWaitMs, nullptr);
  }
  while (!running_.empty()) end(running_.begin(), CURLE_OK, true);
}

/// Returns whether to go on.
bool HttpLoop::takeOrders() {
  std::vector<Order> orders;
  bool closing = false;
  {
    const std::lock_guard lock(mutex_);
    orders.swap(orders_);
    closing = closing_;
  }
  for (const auto& [what, exchange] : orders) {
    if (what == Order::What::Start) {
      begin(exchange);
      continue;
    }
    const auto transfer = running_.find(exchange.get());
    if (transfer == running_.end()) continue;  // has ended meanwhile
    if (what == Order::What::Abort) {
      end(transfer, CURLE_OK, true);
    } else {
      curl_easy_pause(transfer->second->easy.get(), CURLPAUSE_CONT);
    }
  }
  return !closing;
}

void HttpLoop::begin(const std::shared_ptr<Exchange>& exchange) {
  Easy easy;
  if (!idle_.empty()) {
    easy = std::move(idle_.back());
    idle_.pop_back();
  } else {
    easy = Transfer::newHandle(settings_, sockets_);
  }
  if (!easy) {
    Ending ending;
    ending.failure = "libcurl has no memory for a request";
    return exchange->finish(std::move(ending));
  }
  auto transfer = std::make_unique<Transfer>(std::move(easy), exchange, settings_, sockets_);
  curl_multi_add_handle(multi_.get(), transfer->easy.get());
  running_.emplace(exchange.get(), std::move(transfer));
}

void HttpLoop::collect() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    Transfer* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    end(running_.find(transfer->exchange.get()), message->data.result, false);
  }
}

void HttpLoop::end(std::map<Exchange*, std::unique_ptr<Transfer>>::iterator transfer, int code, bool aborted) {
  const auto ended = std::move(transfer->second);
  running_.erase(transfer);
  curl_multi_remove_handle(multi_.get(), ended->easy.get());
  Ending ending = ended->ending(code, aborted);
  const auto exchange = std::move(ended->exchange);
  idle_.push_back(ended->release());
  exchange->finish(std::move(ending));
}

}  // namespace tally::s2
