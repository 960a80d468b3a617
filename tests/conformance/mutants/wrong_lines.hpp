#pragma once
// Mutants of an adapter with a server, wrong when the line or the server fails. Each shows only what it spoils.

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "forwarding_storage.hpp"
#include "names_sink.hpp"

namespace tally::test {

/// "Nothing there", whatever went wrong.
class FailuresAreAbsence final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<StorageStat> stat(std::string_view key, const Call& call) override {
    try {
      return good().stat(key, call);
    } catch (const Error&) {
      return std::nullopt;
    }
  }
};

class DeadlineNotPassedOn final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    Call patient;
    patient.cancel = call.cancel;
    return good().read(key, range, out, patient);
  }
};

class CancelNotPassedOn final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    Call stubborn;
    stubborn.deadline = call.deadline;
    return good().read(key, range, out, stubborn);
  }
};

/// What has come before a failure is taken for the value.
class ShortReads final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    try {
      return good().read(key, range, out, call);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::NotFound) throw;
      return {};
    }
  }
};

/// Asks a broken line nothing again, and takes what it has for an answer.
class OneAttempt final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    try {
      return good().list(directory, options, out, Call::within(std::chrono::milliseconds(1)));
    } catch (const Error& error) {
      if (error.code() != ErrorCode::Timeout) throw;
      return call.hasDeadline();
    }
  }
};

class AppendsAgain final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    AppendOptions anonymous = options;
    anonymous.token = {};
    try {
      return good().append(key, content, anonymous, call);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::OutcomeUnknown) throw;
      return good().append(key, content, anonymous, call);
    }
  }
};

class TokensStayHere final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    AppendOptions anonymous = options;
    anonymous.token = {};
    return good().append(key, content, anonymous, call);
  }
};

/// Conditions are looked at by the client.
class ConditionsStayHere final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    if (options.if_version && !(good().stat(key, call)->version == *options.if_version)) {
      throw Error(ErrorCode::Conflict, "another version");
    }
    return good().write(key, content, {}, call);
  }
};

/// Turns one code into another.
template <ErrorCode kFrom, ErrorCode kTo>
class Renames final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    return renamed([&] { return good().read(key, range, out, call); });
  }
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    return renamed([&] { return good().write(key, content, options, call); });
  }

 private:
  template <typename Action>
  static auto renamed(Action&& action) {
    try {
      return action();
    } catch (const Error& error) {
      if (error.code() == kFrom) throw Error(kTo, error.message());
      throw;
    }
  }
};

class NeverRetryable final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    try {
      return good().read(key, range, out, call);
    } catch (Error& error) {
      throw error.retryable(false);
    }
  }
};

class ForeignIsEmpty final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    try {
      return good().read(key, range, out, call);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::Corrupt) return {};
      throw;
    }
  }
};

/// Takes the answer to an earlier question for that to the next one, as a connection does that is used again after a
/// timeout.
class AnswersOutOfStep final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    const std::string asked = std::exchange(unanswered_, {});
    try {
      return good().read(asked.empty() ? key : std::string_view(asked), range, out, call);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::Timeout) unanswered_ = key;
      throw;
    }
  }

 private:
  std::string unanswered_;
};

}  // namespace tally::test
