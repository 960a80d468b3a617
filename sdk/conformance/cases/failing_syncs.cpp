#include "failing_syncs.hpp"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <vector>

namespace tally::conformance {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kMachine = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kMachine = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t kMachine = 0;
#endif

constexpr std::uint32_t kSyncs[] = {SYS_fsync, SYS_fdatasync, SYS_syncfs, SYS_sync_file_range, SYS_msync};

sock_filter step(unsigned code, std::uint32_t value, std::uint8_t if_true = 0, std::uint8_t if_false = 0) {
  return {static_cast<std::uint16_t>(code), if_true, if_false, value};
}

}  // namespace

void failSyncs() {
  constexpr unsigned kLoad = BPF_LD | BPF_W | BPF_ABS, kIfEqual = BPF_JMP | BPF_JEQ | BPF_K, kAnswer = BPF_RET | BPF_K;
  std::vector<sock_filter> steps = {step(kLoad, offsetof(seccomp_data, arch)), step(kIfEqual, kMachine, 1, 0),
                                    step(kAnswer, SECCOMP_RET_ALLOW), step(kLoad, offsetof(seccomp_data, nr))};
  for (const auto number : kSyncs) {
    steps.push_back(step(kIfEqual, number, 0, 1));
    steps.push_back(step(kAnswer, SECCOMP_RET_ERRNO | EIO));
  }
  steps.push_back(step(kAnswer, SECCOMP_RET_ALLOW));
  const sock_fprog program{static_cast<unsigned short>(steps.size()), steps.data()};
  const bool set = ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                   ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0;
  if (!set || ::fsync(STDERR_FILENO) == 0 || errno != EIO) Context::skip("this kernel lets no sync fail on demand");
}

}  // namespace tally::conformance
