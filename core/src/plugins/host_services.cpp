#include "plugins/host_services.hpp"

#include <time.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "tally/create_storage.hpp"

namespace tally::plugins {
namespace {

struct ErrorDetail {
  const tally_error* error = nullptr;
  std::string text;
};
thread_local ErrorDetail error_detail;

void toStandardError(int level, std::string_view plugin, std::string_view text) {
  if (level < TALLY_LOG_WARNING) return;
  std::string line = level >= TALLY_LOG_ERROR ? "tally: error: " : "tally: warning: ";
  line.append(plugin).append(": ").append(text) += '\n';
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

void log(void* self, std::int32_t level, const tally_str* text) {
  const auto& host = *static_cast<HostServices*>(self);
  const LogHandler handler = log_handler.load();
  if (handler != nullptr && text != nullptr) handler(level, host.plugin, {text->data, text->size});
}

std::int64_t nowMono(void*) { return nanoseconds(CLOCK_MONOTONIC); }
std::int64_t nowWall(void*) { return nanoseconds(CLOCK_REALTIME); }

void keepErrorDetail(void*, tally_error* error, const tally_str* text) {
  constexpr std::size_t kLongest = 1U << 20U;
  error_detail.error = error;
  error_detail.text.assign(text->data, std::min<std::size_t>(text->size, kLongest));
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

void logWarning(const std::string& plugin, const std::string& text) {
  if (const LogHandler handler = log_handler.load()) handler(TALLY_LOG_WARNING, plugin, text);
}

std::string takeErrorDetail(const tally_error& error) {
  if (error_detail.error != &error) return {};
  error_detail.error = nullptr;
  return std::move(error_detail.text);
}

}  // namespace tally::plugins

namespace tally {

void setLogHandler(LogHandler handler) noexcept { plugins::log_handler.store(handler); }

}  // namespace tally
