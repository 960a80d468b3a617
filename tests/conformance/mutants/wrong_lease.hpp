#pragma once
// Mutants that get tally.lease/1 wrong. Each shows only what it spoils.

#include <algorithm>
#include <string>

#include "tally/extensions/lease.hpp"
#include "wrong_ability.hpp"

namespace tally::test {

class ForwardingLease : public Lease {
 public:
  ForwardingLease(std::unique_ptr<Lease> good, IStorage& storage, std::string_view key)
      : good_(std::move(good)), storage_(storage), key_(key) {}
  Version write(std::string_view content, const Call& call) override { return good_->write(content, call); }
  std::optional<std::uint64_t> append(std::string_view content, const Call& call) override {
    return good_->append(content, call);
  }
  void release(const Call& call) override { good_->release(call); }

 protected:
  Lease& good() const noexcept { return *good_; }
  IStorage& storage() const noexcept { return storage_; }
  const std::string& key() const noexcept { return key_; }

 private:
  std::unique_ptr<Lease> good_;
  IStorage& storage_;
  const std::string key_;
};

template <typename Given>
class ForwardingLeases : public Leases {
 public:
  explicit ForwardingLeases(IStorage& storage) : storage_(storage) {}
  std::unique_ptr<Lease> acquireLease(std::string_view key, std::string_view owner, const LeaseOptions& options,
                                      const Call& call) override {
    auto good = storage_.extension<Leases>()->acquireLease(key, owner, spoiled(options), call);
    return std::make_unique<Given>(std::move(good), storage_, key);
  }

 protected:
  virtual LeaseOptions spoiled(const LeaseOptions& options) { return options; }

 private:
  IStorage& storage_;
};

class NotFenced final : public ForwardingLease {
  using ForwardingLease::ForwardingLease;
  Version write(std::string_view content, const Call& call) override {
    return storage().write(key(), content, {}, call);
  }
};

/// Says Conflict when it is too late.
class FencedAfterwards final : public ForwardingLease {
  using ForwardingLease::ForwardingLease;
  std::optional<std::uint64_t> append(std::string_view content, const Call& call) override {
    storage().append(key(), content, {}, call);
    return good().append("", call);
  }
};

/// Asks for the right first, and appends then; a holder's first append is quick, so that it falls before a slow one of
/// the holder that it overtook.
class LooksThenAppends final : public ForwardingLease {
  using ForwardingLease::ForwardingLease;
  std::optional<std::uint64_t> append(std::string_view content, const Call& call) override {
    good().append("", call);
    for (int i = 0; i < 4 * std::min(appends_, 2); ++i) letOthersLook();
    ++appends_;
    return storage().append(key(), content, {}, call);
  }
  int appends_ = 0;
};

class ReleaseIgnored final : public ForwardingLease {
  using ForwardingLease::ForwardingLease;
  void release(const Call&) override {}
};

class FreesTheSuccessors final : public ForwardingLease {
  using ForwardingLease::ForwardingLease;
  void release(const Call& call) override {
    storage().extension<Leases>()->acquireLease(key(), "nobody", {}, call)->release(call);
  }
};

class ReleasedWhenDropped final : public ForwardingLease {
 public:
  using ForwardingLease::ForwardingLease;
  ~ReleasedWhenDropped() override { good().release({}); }
};

/// Keeps the right for itself, as it has for a lock that lies beside the object.
class OutlivesItsObject final : public ForwardingLease {
  using ForwardingLease::ForwardingLease;
  Version write(std::string_view content, const Call& call) override {
    return storage().stat(key(), call) ? good().write(content, call) : storage().write(key(), content, {}, call);
  }
};

/// Tells its object by its version, so that a replacement by others ends it.
class EndsWithItsVersion final : public ForwardingLease {
  using ForwardingLease::ForwardingLease;
  Version write(std::string_view content, const Call& call) override { return last_ = good().write(content, call); }
  std::optional<std::uint64_t> append(std::string_view content, const Call& call) override {
    const auto found = storage().stat(key(), call);
    if (!last_.empty() && !(found && found->version == last_)) throw Error(ErrorCode::Conflict, "it was replaced");
    const auto size = good().append(content, call);
    last_ = storage().stat(key(), call)->version;
    return size;
  }
  Version last_;
};

class IfFreeIgnored final : public ForwardingLeases<ForwardingLease> {
  using ForwardingLeases::ForwardingLeases;
  LeaseOptions spoiled(const LeaseOptions&) override { return {}; }
};

}  // namespace tally::test
