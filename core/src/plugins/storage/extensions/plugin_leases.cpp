#include "plugins/storage/extensions/plugin_leases.hpp"

#include "plugins/storage/extensions/open_object.hpp"
#include "tally/path.hpp"

namespace tally::plugins {
namespace {

constexpr std::size_t kMaxOwnerBytes = 36;

class PluginLease final : public Lease {
 public:
  PluginLease(std::shared_ptr<OpenedStorage> storage, std::string_view key, const tally_lease& opened)
      : object_(std::move(storage), std::string(key), opened, "table of a lease") {}

  Version write(std::string_view content, const Call& call) override {
    return object_.guarded("write", [&] {
      const CallFrame frame(call);
      const tally_bytes part = bytesOf(content);
      StatFrame stat;
      ErrorFrame error;
      error.check(callSlot(object_.ops().write, object_.self(), frame.view(), &part, 1, &stat.view, &error.view));
      return stat.version();
    });
  }

  std::optional<std::uint64_t> append(std::string_view content, const Call& call) override {
    return object_.guarded("append", [&] {
      const CallFrame frame(call);
      const tally_bytes part = bytesOf(content);
      std::uint64_t size = TALLY_UNKNOWN_SIZE;
      ErrorFrame error;
      error.check(callSlot(object_.ops().append, object_.self(), frame.view(), &part, 1, &size, &error.view));
      return size == TALLY_UNKNOWN_SIZE ? std::nullopt : std::optional(size);
    });
  }

  void release(const Call& call) override {
    object_.guarded("release", [&] {
      const CallFrame frame(call);
      ErrorFrame error;
      error.check(callSlot(object_.ops().release, object_.self(), frame.view(), &error.view));
    });
  }

 private:
  OpenObject<tally_lease, tally_lease_ops> object_;
};

}  // namespace

std::unique_ptr<Lease> PluginLeases::acquireLease(std::string_view key, std::string_view owner,
                                                  const LeaseOptions& options, const Call& call) {
  return opened_->guarded("lease", key, [&] {
    path::check(key);
    checkWord(owner, kMaxOwnerBytes, "a lease's owner");
    const CallFrame frame(call);
    const tally_str key_view = strOf(key);
    const tally_str owner_view = strOf(owner);
    const tally_lease_options view{TALLY_END_OF(tally_lease_options, flags), options.if_free ? TALLY_LEASE_IF_FREE : 0};
    auto opened = emptyObject<tally_lease>();
    ErrorFrame error;
    const auto held = opened_->lock(call);
    error.check(
        callSlot(ops_.acquire, opened_->self(), frame.view(), &key_view, &owner_view, &view, &opened, &error.view));
    return std::make_unique<PluginLease>(opened_, key, opened);
  });
}

}  // namespace tally::plugins
