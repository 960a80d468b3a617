#pragma once
// Mutants that get tally.follow/1 wrong. Each shows only what it spoils.

#include <chrono>
#include <mutex>
#include <string>
#include <thread>

#include "tally/extensions/follow.hpp"
#include "wrong_ability.hpp"

namespace tally::test {

class ForwardingFollower : public Follower {
 public:
  explicit ForwardingFollower(std::unique_ptr<Follower> good) : good_(std::move(good)) {}
  FollowEvent next(ByteSink& out, std::uint64_t max_bytes, const Call& call) override {
    return good_->next(out, max_bytes, call);
  }
  std::string cursor() const override { return good_->cursor(); }

 protected:
  Follower& good() const noexcept { return *good_; }

 private:
  std::unique_ptr<Follower> good_;
};

/// Opens a follower with other options, and gives out one of the class `Given`.
template <typename Given = ForwardingFollower>
class ForwardingFollow : public Follow {
 public:
  explicit ForwardingFollow(IStorage& storage) : storage_(storage) {}
  std::unique_ptr<Follower> openFollower(std::string_view key, const FollowOptions& options,
                                         const Call& call) override {
    return std::make_unique<Given>(good().openFollower(key, spoiled(options), call));
  }

 protected:
  virtual FollowOptions spoiled(const FollowOptions& options) { return options; }
  Follow& good() const noexcept { return *storage_.extension<Follow>(); }

 private:
  IStorage& storage_;
};

class CursorIgnored final : public ForwardingFollow<> {
  using ForwardingFollow::ForwardingFollow;
  FollowOptions spoiled(const FollowOptions& options) override { return {options.from_end, {}, options.must_exist}; }
};

class EndIgnored final : public ForwardingFollow<> {
  using ForwardingFollow::ForwardingFollow;
  FollowOptions spoiled(const FollowOptions& options) override { return {false, options.cursor, options.must_exist}; }
};

class AbsenceIgnored final : public ForwardingFollow<> {
  using ForwardingFollow::ForwardingFollow;
  FollowOptions spoiled(const FollowOptions& options) override { return {options.from_end, options.cursor, false}; }
};

class AnyTextIsACursor final : public ForwardingFollow<> {
 public:
  using ForwardingFollow::ForwardingFollow;
  std::unique_ptr<Follower> openFollower(std::string_view key, const FollowOptions& options,
                                         const Call& call) override {
    try {
      return good().openFollower(key, options, call);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::InvalidArgument) throw;
      return good().openFollower(key, {}, call);
    }
  }
};

class GreedyFollower final : public ForwardingFollower {
  using ForwardingFollower::ForwardingFollower;
  FollowEvent next(ByteSink& out, std::uint64_t, const Call& call) override { return good().next(out, 0, call); }
};

/// Goes on silently after one kind of event.
template <FollowEvent Kind>
class QuietFollower final : public ForwardingFollower {
  using ForwardingFollower::ForwardingFollower;
  FollowEvent next(ByteSink& out, std::uint64_t max_bytes, const Call& call) override {
    const auto event = good().next(out, max_bytes, call);
    return event == Kind ? good().next(out, max_bytes, call) : event;
  }
};

class LateIsAnError final : public ForwardingFollower {
  using ForwardingFollower::ForwardingFollower;
  FollowEvent next(ByteSink& out, std::uint64_t max_bytes, const Call& call) override {
    const auto event = good().next(out, max_bytes, call);
    if (event == FollowEvent::Nothing) throw Error(ErrorCode::Timeout, "nothing came");
    return event;
  }
};

/// Looks again and again, `kPause` apart, and does not look at the call meanwhile.
template <int kPauseMilliseconds>
class PollingFollower final : public ForwardingFollower {
  using ForwardingFollower::ForwardingFollower;
  FollowEvent next(ByteSink& out, std::uint64_t max_bytes, const Call& call) override {
    for (;;) {
      Call at_once = Call::within(std::chrono::nanoseconds(0));
      at_once.cancel = call.cancel;
      const auto event = good().next(out, max_bytes, at_once);
      if (event != FollowEvent::Nothing || Call::Clock::now() >= call.deadline) return event;
      std::this_thread::sleep_for(std::chrono::milliseconds(kPauseMilliseconds));
    }
  }
};

/// Shows its followers the first half of an append before the append has landed.
class ShowsHalfAppends final : public ForwardingStorage, public Follow {
 public:
  using ForwardingStorage::ForwardingStorage;
  void* extension(std::string_view id) override {
    return id == Follow::kId ? static_cast<Follow*>(this) : good().extension(id);
  }
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    const std::lock_guard one_at_a_time(appending_);
    show(content.substr(0, content.size() / 2));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const auto size = good().append(key, content, options, call);
    show({});
    return size;
  }
  std::unique_ptr<Follower> openFollower(std::string_view key, const FollowOptions& options,
                                         const Call& call) override {
    return std::make_unique<Early>(good().extension<Follow>()->openFollower(key, options, call), *this);
  }

 private:
  struct Early final : ForwardingFollower {
    Early(std::unique_ptr<Follower> good, ShowsHalfAppends& from)
        : ForwardingFollower(std::move(good)), storage(from) {}
    FollowEvent next(ByteSink& out, std::uint64_t max_bytes, const Call& call) override {
      const auto event = good().next(out, max_bytes, Call::within(std::chrono::microseconds(100)));
      if (event != FollowEvent::Nothing) return event;
      std::unique_lock lock(storage.showing_);
      if (storage.half_.empty()) {
        lock.unlock();
        return good().next(out, max_bytes, call);
      }
      out.put(storage.half_);  // and once more when all of it has landed; it was caught by then
      return FollowEvent::Data;
    }
    ShowsHalfAppends& storage;
  };

  void show(std::string_view half) {
    const std::lock_guard lock(showing_);
    half_ = half;
  }
  std::mutex appending_, showing_;
  std::string half_;  // guarded by showing_
};

}  // namespace tally::test
