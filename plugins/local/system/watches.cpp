#include "local/system/watches.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <stop_token>
#include <string>

#include "local/system/system_error.hpp"

namespace tally::local {
namespace {

constexpr std::uint32_t kFileEvents = IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF;
constexpr std::uint32_t kFolderEvents = IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

timespec timeTo(Call::Clock::time_point until) noexcept {
  const auto left = std::max(until - Call::Clock::now(), Call::Clock::duration::zero());
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  return {static_cast<time_t>(seconds.count()), static_cast<long>((left - seconds).count())};
}

}  // namespace

Watches::Waiter::Waiter(Watches& all) : all_(all), nudged_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!nudged_) throw systemError(errno, "can't open a descriptor to wait with");
}

void Watches::Waiter::watchFile(int fd) { watch(fd, kFileEvents); }
void Watches::Waiter::watchFolder(int fd) { watch(fd, kFolderEvents); }

void Watches::Waiter::watch(int fd, std::uint32_t events) {
  const std::lock_guard lock(all_.mutex_);
  if (!all_.inotify_ && all_.use_inotify_) all_.inotify_ = UniqueFd(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  // By descriptor, because a name could mean another file by now.
  const std::string name = "/proc/self/fd/" + std::to_string(fd);
  const int watch = all_.inotify_ ? ::inotify_add_watch(all_.inotify_.get(), name.c_str(), events) : -1;
  if (watch == watch_) return;
  if (watch >= 0) all_.by_watch_[watch].push_back(this);
  all_.leave(*this, std::exchange(watch_, watch));
}

void Watches::Waiter::unwatch() {
  if (watch_ < 0 || !all_.fork_guard_.isOurs()) return;
  const std::lock_guard lock(all_.mutex_);
  all_.leave(*this, std::exchange(watch_, -1));
}

void Watches::Waiter::nudge() const noexcept { ::eventfd_write(nudged_.get(), 1); }

void Watches::Waiter::wait(Call::Clock::time_point until, const Call& call) {
  const auto nudge_me = [this]() noexcept { nudge(); };
  const std::stop_callback on_stop(call.cancel.stopToken(), nudge_me);
  std::unique_lock lock(all_.mutex_);
  while (!changed_ && !call.cancel.requested() && Call::Clock::now() < until) {
    const bool reads = all_.reader_ == nullptr && all_.inotify_;
    if (reads) all_.reader_ = this;
    all_.waiting_.push_back(this);
    lock.unlock();
    block(until, call.cancel.fd(), reads ? all_.inotify_.get() : -1);
    lock.lock();
    all_.waiting_.erase(std::find(all_.waiting_.begin(), all_.waiting_.end(), this));
    if (!reads) continue;
    all_.dispatch();
    all_.reader_ = nullptr;
  }
  changed_ = false;
  if (all_.reader_ == nullptr && !all_.waiting_.empty()) all_.waiting_.front()->nudge();
}

void Watches::Waiter::block(Call::Clock::time_point until, int cancel, int events) const noexcept {
  std::array<pollfd, 3> ends = {{{nudged_.get(), POLLIN, 0}, {cancel, POLLIN, 0}, {events, POLLIN, 0}}};
  const timespec time = timeTo(until);
  ::ppoll(ends.data(), ends.size(), &time, nullptr);
  eventfd_t ignored = 0;
  if (ends[0].revents != 0) ::eventfd_read(nudged_.get(), &ignored);
}

void Watches::dispatch() {
  alignas(inotify_event) std::array<char, 4096> block;
  for (ssize_t size; (size = ::read(inotify_.get(), block.data(), block.size())) > 0;) {
    for (ssize_t at = 0; at < size;) {
      const auto& event = *reinterpret_cast<const inotify_event*>(block.data() + at);
      at += static_cast<ssize_t>(sizeof event + event.len);
      const auto found = by_watch_.find(event.wd);
      if (found != by_watch_.end()) wake(found->second);
      if ((event.mask & IN_Q_OVERFLOW) == 0) continue;
      for (const auto& [watch, waiters] : by_watch_) wake(waiters);
    }
  }
}

void Watches::wake(const std::vector<Waiter*>& waiters) {
  for (Waiter* waiter : waiters) {
    if (!std::exchange(waiter->changed_, true) && waiter != reader_) waiter->nudge();
  }
}

void Watches::leave(Waiter& waiter, int watch) {
  const auto found = by_watch_.find(watch);
  if (found == by_watch_.end()) return;
  auto& waiters = found->second;
  waiters.erase(std::find(waiters.begin(), waiters.end(), &waiter));
  if (!waiters.empty()) return;
  by_watch_.erase(found);
  ::inotify_rm_watch(inotify_.get(), watch);
}

}  // namespace tally::local
