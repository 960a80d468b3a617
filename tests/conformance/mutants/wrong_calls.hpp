#pragma once
// Mutants that get calls, errors or large objects wrong. Each shows only the method that it spoils.

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <string>

#include "forwarding_storage.hpp"

namespace tally::test {

class CancelIgnored final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<StorageStat> stat(std::string_view key, const Call& call) override {
    Call stubborn;
    stubborn.deadline = call.deadline;
    return good().stat(key, stubborn);
  }
};

/// Takes the value in two steps, and asks whether to go on in between.
class CancelTears final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    if (content.size() < 1'000'000) return good().write(key, content, options, call);
    good().write(key, content.substr(0, content.size() / 2), options, {});
    for (int i = 0; i < 10'000 && !call.cancel.requested(); ++i) ::usleep(1);
    call.check();
    return good().write(key, content, options, call);
  }
};

class EverythingMayBeRepeated final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    try {
      return good().read(key, range, out, call);
    } catch (Error& error) {
      throw error.retryable(true);
    }
  }
};

class ShowsSecrets final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  static constexpr const char* kSecret = "hunter2";
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    try {
      return good().read(key, range, out, call);
    } catch (const Error& error) {
      throw Error(error.code(), error.message() + " (as guest:" + kSecret + ")");
    }
  }
};

/// The reader's first page of records only.
class FirstThousandLines final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    std::string bytes;
    StorageStat stat;
    {
      StringSink sink(bytes);
      stat = good().read(key, range, sink, call);
    }
    std::size_t end = 0;
    for (int line = 0; line < 1000 && end != bytes.npos; ++line) end = bytes.find('\n', end == 0 ? 0 : end + 1);
    out.put(std::string_view(bytes).substr(0, end == bytes.npos ? bytes.size() : end + 1));
    return stat;
  }
};

class FirstMebibytes final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    constexpr std::uint64_t kPage = 2U << 20;
    return good().read(key, {range.offset, std::min(range.length, kPage)}, out, call);
  }
};

/// A cache that nobody empties.
class KeepsWhatIsRead final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    std::string& bytes = kept_.emplace_back();
    StringSink sink(bytes);
    const StorageStat stat = good().read(key, range, sink, call);
    out.put(bytes);
    return stat;
  }

 private:
  std::deque<std::string> kept_;
};

class CrashesAfterFork final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<StorageStat> stat(std::string_view key, const Call& call) override {
    if (::getpid() != opened_by_) ::raise(SIGSEGV);
    return good().stat(key, call);
  }

 private:
  const pid_t opened_by_ = ::getpid();
};

class CapabilitiesChange final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    used_ = true;
    return good().write(key, content, options, call);
  }
  Capabilities capabilities() const noexcept override { return used_ ? Capabilities() : good().capabilities(); }

 private:
  std::atomic<bool> used_{false};
};

class PromisesTooMuch final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Capabilities capabilities() const noexcept override {
    return Capabilities(good().capabilities().bits() | static_cast<std::uint64_t>(Capability::SurvivesPowerLoss));
  }
};

/// What is not declared works all the same.
class DeclaresNothing final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Capabilities capabilities() const noexcept override { return {}; }
};

}  // namespace tally::test
