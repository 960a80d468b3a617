#include "stopper.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

#include "tally/conformance/expect.hpp"

namespace tally::conformance {

Stopper::Stopper(const Harness& harness)
    : through_host_(harness.throughHost()), descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  expect(descriptor_ >= 0, "no descriptor is left");
}

Stopper::~Stopper() { ::close(descriptor_); }

Call Stopper::within(std::chrono::nanoseconds time) const {
  Call call = Call::within(time);
  if (through_host_) {
    call.cancel = CancelToken(source_.get_token());
    return call;
  }
  call.cancel = CancelToken(&word_, descriptor_);
  return call;
}

void Stopper::stop() noexcept {
  source_.request_stop();
  __atomic_store_n(&word_, 1, __ATOMIC_RELEASE);
  const std::uint64_t one = 1;
  static_cast<void>(!::write(descriptor_, &one, sizeof one));
}

}  // namespace tally::conformance
