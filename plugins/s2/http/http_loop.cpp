#include "s2/http/http_loop.hpp"

#include <unistd.h>

#include <algorithm>
#include <new>
#include <utility>

#include "s2/http/transfer.hpp"
#include "tally/sdk/quiet_thread.hpp"

namespace tally::s2 {
namespace {

constexpr auto kIdleWait = std::chrono::seconds(60);

CURLM* newMulti() {
  // Never undone: other users of libcurl may be in the process, and the plugin stays loaded.
  static const CURLcode kStarted = curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLM* const multi = kStarted == CURLE_OK ? curl_multi_init() : nullptr;
  if (multi == nullptr) throw Error(ErrorCode::Exhausted, "libcurl can't be started: no memory");
  return multi;
}

/// Why an exchange has ended that was never given to libcurl.
enum class Unstarted { GivenUp, NoMemory };

Ending unstarted(Unstarted why) {
  Ending ending;
  ending.aborted = why == Unstarted::GivenUp;
  ending.no_memory = why == Unstarted::NoMemory;
  ending.failure = ending.aborted ? "given up" : "no memory";
  return ending;
}

}  // namespace

HttpLoop::HttpLoop(HttpSettings settings) : settings_(std::move(settings)), owner_(::getpid()), multi_(newMulti()) {
  curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, settings_.connections);
  curl_multi_setopt(multi_.get(), CURLMOPT_MAX_HOST_CONNECTIONS, settings_.secure ? settings_.connections : 0L);
  curl_multi_setopt(multi_.get(), CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  const sdk::BlockedSignals quiet;
  thread_ = std::make_unique<std::thread>([this] { run(); });
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
  wanted_.notify_one();
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

/// The right to move bytes. Only one thread has it at a time; whoever gives it back leaves it to the loop's own thread
/// if others depend on it.
class HttpLoop::Turn {
 public:
  /// Must be called with the lock.
  explicit Turn(HttpLoop& loop) noexcept : loop_(loop) { loop_.moving_ = true; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    bool others = false;
    {
      const std::lock_guard lock(loop_.mutex_);
      loop_.moving_ = false;
      others = loop_.isWanted();
    }
    if (others) loop_.wanted_.notify_one();
  }

 private:
  HttpLoop& loop_;
};

void HttpLoop::start(const std::shared_ptr<Exchange>& exchange, Attended attended) {
  if (::getpid() != owner_) {
    throw Error(ErrorCode::Closed, "the storage was opened before a fork; open one in the child");
  }
  give({attended == Attended::Always ? Order::What::StartAlways : Order::What::Start, exchange});
}

void HttpLoop::abort(const std::shared_ptr<Exchange>& exchange) {
  if (exchange->isDone() || ::getpid() != owner_) return;
  give({Order::What::Abort, exchange});
  const auto ever = Call::Clock::time_point::max();
  attend(
      ever, [&] { return exchange->isDone(); }, [&] { exchange->wait(ever); });
}

void HttpLoop::resume(const std::shared_ptr<Exchange>& exchange) { give({Order::What::Resume, exchange}); }

void HttpLoop::await(const std::shared_ptr<Exchange>& exchange, const Call& call) {
  const auto ended = [&] { return exchange->isDone(); };
  while (!ended()) {
    const auto until = std::min(call.deadline, Call::Clock::now() + kCancelStep);
    attend(until, ended, [&] { exchange->wait(until); });
    if (ended()) return;
    if (call.cancel.requested() || Call::Clock::now() >= call.deadline) return abort(exchange);
  }
}

void HttpLoop::give(Order order) {
  bool wakes_mover = false, wakes_thread = false;
  {
    const std::lock_guard lock(mutex_);
    wakes_mover = moving_ && orders_.empty();  // else it is woken already
    orders_.push_back(std::move(order));
    if (orders_.back().what == Order::What::StartAlways) ++unattended_;
    wakes_thread = !moving_ && isWanted();
  }
  if (wakes_mover) curl_multi_wakeup(multi_.get());
  if (wakes_thread) wanted_.notify_one();
}

void HttpLoop::attend(Call::Clock::time_point until, const std::function<bool()>& enough,
                      const std::function<void()>& wait) {
  if (::getpid() != owner_) return wait();  // nothing moves in a forked child
  std::unique_lock lock(mutex_);
  // A broken TLS connection may raise SIGPIPE in the thread that writes to it, which must not be the caller's.
  if (!moving_ && !settings_.secure) {
    const Turn turn(*this);
    lock.unlock();
    return move(until, enough);
  }
  ++waiting_;
  const bool wakes_thread = !moving_;
  lock.unlock();
  if (wakes_thread) wanted_.notify_one();
  wait();
  lock.lock();
  --waiting_;
  const bool was_last = thread_moves_ && !isWanted();
  lock.unlock();
  if (was_last) curl_multi_wakeup(multi_.get());  // so that the next caller finds the turn free
}

/// Move bytes, with the turn.
void HttpLoop::move(Call::Clock::time_point until, const std::function<bool()>& enough) {
  for (;;) {
    takeOrders();
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    collect();
    if (enough()) return;
    const auto left = until - Call::Clock::now();
    if (left <= left.zero()) return;
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(std::min<Call::Clock::duration>(left, kIdleWait));
    curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(wait.count()), nullptr);
  }
}

/// The loop's own thread.
void HttpLoop::run() {
  const auto unwanted = [&] {
    const std::lock_guard lock(mutex_);
    return closing_ || !isWanted();
  };
  std::unique_lock lock(mutex_);
  for (;;) {
    wanted_.wait(lock, [&] { return closing_ || (!moving_ && isWanted()); });
    if (closing_) break;
    thread_moves_ = true;
    {
      const Turn turn(*this);
      lock.unlock();
      move(Call::Clock::time_point::max(), unwanted);
    }
    lock.lock();
    thread_moves_ = false;
  }
  lock.unlock();
  takeOrders();
  for (; !queue_.empty(); queue_.pop_front()) queue_.front()->finish(unstarted(Unstarted::GivenUp));
  while (!running_.empty()) end(running_.begin(), CURLE_OK, true);
}

void HttpLoop::takeOrders() {
  std::vector<Order> orders;
  {
    const std::lock_guard lock(mutex_);
    orders.swap(orders_);
  }
  for (const auto& order : orders) carryOut(order);
}

void HttpLoop::carryOut(const Order& order) {
  if (order.what == Order::What::Start) return begin(order.exchange, Attended::ByWaiting);
  if (order.what == Order::What::StartAlways) return begin(order.exchange, Attended::Always);
  const auto transfer = running_.find(order.exchange.get());
  if (transfer == running_.end()) {  // has ended meanwhile, or not begun
    const auto queued = std::find(queue_.begin(), queue_.end(), order.exchange);
    if (order.what != Order::What::Abort || queued == queue_.end()) return;
    queue_.erase(queued);
    return order.exchange->finish(unstarted(Unstarted::GivenUp));
  }
  if (order.what == Order::What::Abort) {
    end(transfer, CURLE_OK, true);
  } else {
    curl_easy_pause(transfer->second->easy.get(), CURLPAUSE_CONT);
  }
}

void HttpLoop::begin(const std::shared_ptr<Exchange>& exchange, Attended attended) {
  const bool is_limited = attended == Attended::ByWaiting && !settings_.secure;
  if (is_limited && attended_ == settings_.connections) {
    if (!putOff(exchange)) exchange->finish(unstarted(Unstarted::NoMemory));
    return;
  }
  if (attended == Attended::ByWaiting) ++attended_;
  if (launch(exchange, attended)) return;
  exchange->finish(unstarted(Unstarted::NoMemory));
  makeWay(attended);
}

/// Returns whether there was memory for it.
bool HttpLoop::putOff(const std::shared_ptr<Exchange>& exchange) noexcept {
  try {
    queue_.push_back(exchange);
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

/// Returns whether there was memory for it.
bool HttpLoop::launch(const std::shared_ptr<Exchange>& exchange, Attended attended) noexcept {
  try {
    idle_.reserve(idle_.size() + running_.size() + 1);  // so that end() needs none
    Easy easy;
    if (!idle_.empty()) {
      easy = std::move(idle_.back());
      idle_.pop_back();
    } else {
      easy = Transfer::newHandle(settings_, sockets_);
    }
    if (!easy) return false;
    auto made = std::make_unique<Transfer>(std::move(easy), exchange, settings_, sockets_);
    made->attended = attended;
    const auto transfer = running_.emplace(exchange.get(), std::move(made)).first;
    if (curl_multi_add_handle(multi_.get(), transfer->second->easy.get()) == CURLM_OK) return true;
    idle_.push_back(transfer->second->release());
    running_.erase(transfer);
  } catch (const std::bad_alloc&) {
  }
  return false;
}

/// An exchange has ended.
void HttpLoop::makeWay(Attended attended) {
  if (attended == Attended::Always) {
    const std::lock_guard lock(mutex_);
    --unattended_;
    return;
  }
  --attended_;
  if (queue_.empty()) return;
  const auto next = queue_.front();
  queue_.pop_front();
  begin(next, Attended::ByWaiting);
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
  makeWay(ended->attended);
}

}  // namespace tally::s2
