#pragma once
// Mutants that get tally.append_stream/1 wrong. Each shows only what it spoils.

#include <atomic>
#include <optional>
#include <string>
#include <utility>

#include "tally/extensions/append_stream.hpp"
#include "wrong_ability.hpp"

namespace tally::test {

class ForwardingStream : public AppendStream {
 public:
  ForwardingStream(std::unique_ptr<AppendStream> good, IStorage& storage, std::string_view key)
      : good_(std::move(good)), storage_(storage), key_(key) {}
  std::optional<std::uint64_t> submit(std::string_view content) override { return good_->submit(content); }
  std::optional<std::uint64_t> wait(std::uint64_t ticket, const Call& call) override {
    return good_->wait(ticket, call);
  }

 protected:
  AppendStream& good() const noexcept { return *good_; }
  IStorage& storage() const noexcept { return storage_; }
  const std::string& key() const noexcept { return key_; }

 private:
  std::unique_ptr<AppendStream> good_;
  IStorage& storage_;
  const std::string key_;
};

template <typename Given>
class ForwardingStreams final : public AppendStreams {
 public:
  explicit ForwardingStreams(IStorage& storage) : storage_(storage) {}
  std::unique_ptr<AppendStream> openAppendStream(std::string_view key, const AppendStreamOptions& options,
                                                 const Call& call) override {
    auto good = storage_.extension<AppendStreams>()->openAppendStream(key, options, call);
    return std::make_unique<Given>(std::move(good), storage_, key);
  }

 private:
  IStorage& storage_;
};

/// Two connections, so that now and then a later one overtakes.
class ReordersStream final : public ForwardingStream {
  using ForwardingStream::ForwardingStream;
  std::optional<std::uint64_t> submit(std::string_view content) override {
    if (++count_ % 10 != 0) return good().submit(content);
    storage().append(key(), content);
    return good().submit("");
  }
  unsigned count_ = 0;
};

class SendsWhatItRefused final : public ForwardingStream {
  using ForwardingStream::ForwardingStream;
  std::optional<std::uint64_t> submit(std::string_view content) override {
    const auto ticket = good().submit(content);
    if (!ticket) storage().append(key(), content);
    return ticket;
  }
};

class NeverWaits final : public ForwardingStream {
  using ForwardingStream::ForwardingStream;
  std::optional<std::uint64_t> wait(std::uint64_t, const Call&) override { return std::nullopt; }
};

class StubbornStream final : public ForwardingStream {
  using ForwardingStream::ForwardingStream;
  std::optional<std::uint64_t> wait(std::uint64_t ticket, const Call& call) override {
    Call stubborn;
    stubborn.deadline = call.deadline;
    return good().wait(ticket, stubborn);
  }
};

class GivesUpWaiting final : public ForwardingStream {
  using ForwardingStream::ForwardingStream;
  std::optional<std::uint64_t> wait(std::uint64_t ticket, const Call& call) override {
    if (over_) throw Error(*over_);
    try {
      return good().wait(ticket, call);
    } catch (const Error& error) {
      over_ = error;
      throw;
    }
  }
  std::optional<Error> over_;
};

class GoesOnAfterFailure final : public ForwardingStream {
  using ForwardingStream::ForwardingStream;
  std::optional<std::uint64_t> submit(std::string_view content) override {
    storage().append(key(), content);
    return next_++;
  }
  std::optional<std::uint64_t> wait(std::uint64_t, const Call&) override { return std::nullopt; }
  std::uint64_t next_ = 0;
};

class TearsAtTheEnd final : public ForwardingStream {
 public:
  using ForwardingStream::ForwardingStream;
  ~TearsAtTheEnd() override {
    if (!last_.empty()) storage().append(key(), last_.substr(0, last_.size() - 1));
  }
  std::optional<std::uint64_t> submit(std::string_view content) override {
    last_ = content;
    return good().submit(content);
  }

 private:
  std::string last_;
};

class CreatesWhenOpened final : public ForwardingStream {
 public:
  CreatesWhenOpened(std::unique_ptr<AppendStream> good, IStorage& storage, std::string_view key)
      : ForwardingStream(std::move(good), storage, key) {
    storage.append(key, "");
  }
};

/// What was acknowledged keeps its room in the window.
class StaysFull final : public ForwardingStream {
  using ForwardingStream::ForwardingStream;
  std::optional<std::uint64_t> submit(std::string_view content) override {
    if (full_) return std::nullopt;
    const auto ticket = good().submit(content);
    full_ = !ticket;
    return ticket;
  }
  bool full_ = false;
};

class AnyTicketWillDo final : public ForwardingStream {
  using ForwardingStream::ForwardingStream;
  std::optional<std::uint64_t> submit(std::string_view content) override {
    const auto ticket = good().submit(content);
    if (ticket) given_ = *ticket + 1;
    return ticket;
  }
  std::optional<std::uint64_t> wait(std::uint64_t ticket, const Call& call) override {
    return ticket < given_ ? good().wait(ticket, call) : std::nullopt;
  }
  std::atomic<std::uint64_t> given_{0};
};

class OneWaiterAtATime final : public ForwardingStream {
  using ForwardingStream::ForwardingStream;
  std::optional<std::uint64_t> wait(std::uint64_t ticket, const Call& call) override {
    if (waiting_.exchange(true)) throw Error(ErrorCode::Internal, "somebody waits already");
    letOthersLook();
    const auto size = good().wait(ticket, call);
    waiting_ = false;
    return size;
  }
  std::atomic<bool> waiting_{false};
};

/// Sends when it has enough, and calls sent what is not.
class GathersAppends final : public ForwardingStream {
 public:
  using ForwardingStream::ForwardingStream;
  ~GathersAppends() override { send(); }
  std::optional<std::uint64_t> submit(std::string_view content) override {
    if (next_ - waited_ == kWindow) return std::nullopt;
    gathered_ += content;
    if (next_ == 0 || gathered_.size() > 100'000) send();
    return next_++;
  }
  std::optional<std::uint64_t> wait(std::uint64_t ticket, const Call&) override {
    waited_ = ticket + 1;
    return std::nullopt;
  }

 private:
  static constexpr std::uint64_t kWindow = 32;
  void send() {
    if (!gathered_.empty()) storage().append(key(), std::exchange(gathered_, {}));
  }
  std::string gathered_;
  std::uint64_t next_ = 0, waited_ = 0;
};

class LostIsLanded final : public ForwardingStream {
  using ForwardingStream::ForwardingStream;
  std::optional<std::uint64_t> submit(std::string_view content) override {
    try {
      const auto ticket = good().submit(content);
      if (ticket) next_ = *ticket + 1;
      return ticket;
    } catch (const Error&) {
      return next_++;
    }
  }
  std::optional<std::uint64_t> wait(std::uint64_t ticket, const Call& call) override {
    try {
      return good().wait(ticket, call);
    } catch (const Error&) {
      return std::nullopt;
    }
  }
  std::uint64_t next_ = 0;
};

/// Not even when nothing else is on its way.
class NothingAboveTheWindow final : public ForwardingStream {
  using ForwardingStream::ForwardingStream;
  std::optional<std::uint64_t> submit(std::string_view content) override {
    return content.size() > 100'000 ? std::nullopt : good().submit(content);
  }
};

/// In two records, between which others come.
class SubmitsHalves final : public ForwardingStream {
  using ForwardingStream::ForwardingStream;
  std::optional<std::uint64_t> submit(std::string_view content) override {
    const auto ticket = good().submit(content.substr(content.size() / 2));
    if (!ticket) return std::nullopt;
    storage().append(key(), content.substr(0, content.size() / 2));
    letOthersLook();
    good().wait(*ticket, {});
    return ticket;
  }
};

class OpensDirectories final : public AppendStreams {
 public:
  explicit OpensDirectories(IStorage& storage) : storage_(storage) {}
  std::unique_ptr<AppendStream> openAppendStream(std::string_view key, const AppendStreamOptions& options,
                                                 const Call& call) override {
    const auto found = storage_.stat(key, call);
    if (found && found->is_directory) return std::make_unique<GathersAppends>(nullptr, storage_, key);
    return storage_.extension<AppendStreams>()->openAppendStream(key, options, call);
  }

 private:
  IStorage& storage_;
};

}  // namespace tally::test
