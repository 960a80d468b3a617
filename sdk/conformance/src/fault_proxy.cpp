#include "tally/conformance/fault_proxy.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <iterator>
#include <list>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "relay.hpp"

namespace tally::conformance {
namespace {

constexpr int kBacklog = 128;

/// How long poll() may wait for the first of them, in milliseconds; -1 for ever.
int patienceFor(const std::list<Relay>& relays) {
  auto first = Relay::Clock::time_point::max();
  for (const auto& relay : relays) first = std::min(first, relay.due().value_or(first));
  if (first == Relay::Clock::time_point::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(first - Relay::Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

}  // namespace

/// The thread, and what it shares with the proxy's callers.
class FaultProxy::Worker {
 public:
  Worker(std::string server, std::vector<std::string> beginnings)
      : plan(std::move(beginnings)), server_(std::move(server)), reserved_(boundTo(0)) {
    connectTo(server_);  // now, so that an unknown host is an error of the constructor
    listen();
    if (::pipe2(wake_, O_CLOEXEC | O_NONBLOCK) != 0) throw std::runtime_error("the proxy gets no pipe");
    thread_ = std::thread([this] { serve(); });
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker() {
    want(Mode::Closed);
    thread_.join();
    for (const int end : wake_) ::close(end);
  }

  void goAway() { want(Mode::Away); }
  void comeBack() { want(Mode::There); }
  std::uint16_t port() const { return portOf(reserved_); }

  StrikePlan plan;

 private:
  enum class Mode { There, Away, Closed };

  void listen() {
    listener_ = boundTo(port());
    ::listen(listener_.get(), kBacklog);
  }

  /// Have the thread change over, and wait until it has.
  void want(Mode mode) {
    std::unique_lock lock(mutex_);
    wanted_ = mode;
    static_cast<void>(!::write(wake_[1], "", 1));
    changed_.wait(lock, [&] { return mode_ == mode; });
  }

  Mode changeOver() {
    const std::lock_guard lock(mutex_);
    if (mode_ == wanted_) return mode_;
    mode_ = wanted_;
    if (mode_ == Mode::There) listen();
    if (mode_ != Mode::There) listener_.close();
    if (mode_ != Mode::There) relays_.clear();
    changed_.notify_all();
    return mode_;
  }

  void serve() {
    std::vector<pollfd> waits;
    for (;;) {
      waits = {{wake_[0], POLLIN, 0}, {listener_.get(), POLLIN, 0}};
      for (const auto& relay : relays_) waits.insert(waits.end(), {relay.clientWait(), relay.serverWait()});
      ::poll(waits.data(), waits.size(), patienceFor(relays_));
      char drained[64];
      while (::read(wake_[0], drained, sizeof drained) > 0) {
      }
      advance(waits);
      if (changeOver() == Mode::Closed) return;
      if (Socket client = acceptFrom(listener_); client.isOpen()) {
        relays_.emplace_back(plan, std::move(client), connectTo(server_));
      }
    }
  }

  void advance(const std::vector<pollfd>& waits) {
    auto wait = std::next(waits.begin(), 2);
    for (auto relay = relays_.begin(); relay != relays_.end() && wait != waits.end(); wait += 2) {
      const bool goes_on = relay->advance(wait->revents, std::next(wait)->revents);
      if (auto again = relay->takeRepeat(server_)) relays_.push_front(std::move(*again));
      relay = goes_on ? std::next(relay) : relays_.erase(relay);
    }
  }

  const std::string server_;
  const Socket reserved_;  // keeps the port while nobody listens on it
  int wake_[2] = {-1, -1};
  Socket listener_;          // of the thread, once it runs
  std::list<Relay> relays_;  // of the thread

  std::mutex mutex_;
  std::condition_variable changed_;
  Mode wanted_ = Mode::There, mode_ = Mode::There;  // guarded by mutex_
  std::thread thread_;
};

FaultProxy::FaultProxy(const std::string& server, std::vector<std::string> beginnings)
    : worker_(std::make_unique<Worker>(server, std::move(beginnings))) {}
FaultProxy::~FaultProxy() = default;

std::string FaultProxy::address() const { return "127.0.0.1:" + std::to_string(worker_->port()); }
void FaultProxy::arm(Strike strike) { worker_->plan.arm(std::move(strike)); }
int FaultProxy::left() const { return worker_->plan.left(); }
int FaultProxy::struck() const noexcept { return worker_->plan.struck; }
int FaultProxy::requests() const noexcept { return worker_->plan.requests; }
int FaultProxy::delivered() const noexcept { return worker_->plan.delivered; }
void FaultProxy::goAway() { worker_->goAway(); }
void FaultProxy::comeBack() { worker_->comeBack(); }

}  // namespace tally::conformance
