#include "plugins/boundary/host_services.hpp"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

#include "tally/create_storage.hpp"
#include "text/printable.hpp"

namespace tally::plugins {
namespace {

thread_local std::string detail_text;

void toStandardError(int level, std::string_view plugin, std::string_view text) {
  constexpr std::size_t kLongest = 4096;
  if (level < TALLY_LOG_WARNING) return;
  std::string line = level >= TALLY_LOG_ERROR ? "tally: error: " : "tally: warning: ";
  line.append(plugin).append(": ").append(detail::printable(text, kLongest)) += '\n';
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

std::atomic<LogHandler> log_handler{toStandardError};

struct HostServices {
  std::string plugin;
  tally_host table{};
};

std::int64_t nanoseconds(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// Between here and the caller may be frames of a plugin in C, which no exception may cross.
void logLine(int level, std::string_view plugin, std::string_view text) noexcept {
  try {
    if (const LogHandler handler = log_handler.load()) handler(level, plugin, text);
  } catch (...) {  // NOLINT(bugprone-empty-catch): a handler must not throw, and there is nobody to tell
  }
}

void log(void* self, std::int32_t level, const tally_str* text) noexcept {
  if (text == nullptr || (text->data == nullptr && text->size != 0)) return;
  logLine(level, static_cast<HostServices*>(self)->plugin, {text->data, text->size});
}

std::int64_t nowMono(void*) { return nanoseconds(CLOCK_MONOTONIC); }
std::int64_t nowWall(void*) { return nanoseconds(CLOCK_REALTIME); }

void keepErrorDetail(void*, tally_error* error, const tally_str* text) noexcept {
  constexpr std::size_t kLongest = 1U << 20U;
  detailed_error = nullptr;
  if (text == nullptr || text->data == nullptr) return;
  try {
    detail_text.assign(text->data, std::min<std::size_t>(text->size, kLongest));
    detailed_error = error;
  } catch (const std::bad_alloc&) {
    detail_text.clear();  // the cut text does as well
  }
}

const void* noExtension(void*, const tally_str*) { return nullptr; }

}  // namespace

const tally_host& hostServicesFor(const std::string& plugin) {
  static std::mutex mutex;
  static auto& all = *new std::vector<std::unique_ptr<HostServices>>();  // plugins may log until the process ends
  const std::lock_guard lock(mutex);
  auto host = std::make_unique<HostServices>();
  host->plugin = plugin;
  host->table = {TALLY_END_OF(tally_host, extension),
                 TALLY_ABI_MINOR,
                 host.get(),
                 log,
                 nowMono,
                 nowWall,
                 keepErrorDetail,
                 noExtension};
  return all.emplace_back(std::move(host))->table;
}

void logWarning(std::string_view plugin, std::string_view text) noexcept { logLine(TALLY_LOG_WARNING, plugin, text); }

constinit thread_local const tally_error* detailed_error = nullptr;

std::string takeErrorDetail(const tally_error& error) {
  if (detailed_error != &error) return {};
  detailed_error = nullptr;
  return std::move(detail_text);
}

}  // namespace tally::plugins

namespace tally {

void setLogHandler(LogHandler handler) noexcept { plugins::log_handler.store(handler); }

}  // namespace tally
