#include "raw_plugin.hpp"

#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cstring>

#include "tally/conformance/expect.hpp"

namespace tally::conformance {
namespace {

std::int64_t nanoseconds(clockid_t clock) noexcept {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

void log(void*, std::int32_t, const tally_str*) {}
std::int64_t monotonic(void*) { return nanoseconds(CLOCK_MONOTONIC); }
std::int64_t wall(void*) { return nanoseconds(CLOCK_REALTIME); }
void detail(void*, tally_error*, const tally_str*) {}
const void* noService(void*, const tally_str*) { return nullptr; }

constexpr tally_host kHost = {
    TALLY_END_OF(tally_host, extension), TALLY_ABI_MINOR, nullptr, log, monotonic, wall, detail, noService};

std::string wordsOf(const tally_error& error) { return {error.message, error.message_size}; }

std::int32_t takeBytes(void* self, const void* data, std::uint64_t size) {
  static_cast<std::string*>(self)->append(static_cast<const char*>(data), size);
  return TALLY_OK;
}
/// Room behind the bytes so far; what was committed is told from the rest by its size.
struct Growing {
  std::string bytes;
  std::size_t used = 0;
};

std::int32_t putGrowing(void* self, const void* data, std::uint64_t size) {
  auto& growing = *static_cast<Growing*>(self);
  growing.bytes.resize(growing.used);
  growing.used += size;
  return takeBytes(&growing.bytes, data, size);
}
void* growGrowing(void* self, std::uint64_t want, std::uint64_t* capacity) {
  auto& growing = *static_cast<Growing*>(self);
  growing.bytes.resize(growing.used + want);
  *capacity = want;
  return growing.bytes.data() + growing.used;
}
std::int32_t commitGrowing(void* self, std::uint64_t size) {
  static_cast<Growing*>(self)->used += size;
  return TALLY_OK;
}

}  // namespace

const tally_plugin& initialised(Context& context) {
  const tally_plugin* const plugin = context.harness().plugin();
  expect(plugin != nullptr, "the plugin's entry answered null");
  if (plugin->init == nullptr) return *plugin;
  tally_error error = freshError();
  if (plugin->init(&kHost, &error) != TALLY_OK) fail("init: " + wordsOf(error));
  return *plugin;
}

const tally_storage_factory& factoryOf(const tally_plugin& plugin) {
  const tally_str id = strOf(TALLY_STORAGE_FACTORY);
  const auto* const factory = static_cast<const tally_storage_factory*>(plugin.factory(&id));
  expect(factory != nullptr && factory->create != nullptr, "there is no factory for " TALLY_STORAGE_FACTORY);
  return *factory;
}

std::vector<std::string> oddIds(const std::string& known) {
  return {"",
          "x",
          known + "x",
          known + std::string(1, '\0'),
          known.substr(0, known.size() - 1),
          known.substr(0, known.size() - 1) + "2",
          std::string(65536, 'a'),
          "\xff\xfe"};
}

tally_str strOf(std::string_view text) noexcept { return {text.data(), text.size()}; }

tally_error freshError() noexcept {
  tally_error error{};
  error.struct_size = TALLY_END_OF(tally_error, message);
  return error;
}

tally_call freshCall() noexcept {
  tally_call call{};
  call.struct_size = TALLY_END_OF(tally_call, trace_id);
  call.deadline_mono_ns = TALLY_NO_DEADLINE;
  call.cancel_fd = -1;
  return call;
}

tally_stat freshStat() noexcept {
  tally_stat stat{};
  stat.struct_size = TALLY_END_OF(tally_stat, version);
  stat.size = TALLY_UNKNOWN_SIZE;
  stat.modified_ns = TALLY_UNKNOWN_TIME;
  return stat;
}

RawStorage::RawStorage(Context& context) {
  const auto& factory = factoryOf(initialised(context));
  const tally_call call = freshCall();
  tally_error error = freshError();
  storage_.struct_size = TALLY_END_OF(tally_storage, ops);  // NOLINT(bugprone-sizeof-expression): of the pointer
  if (factory.create(context.harness().pluginOptions(), &call, &storage_, &error) != TALLY_OK) {
    fail("create: " + wordsOf(error));
  }
}

RawStorage::~RawStorage() { storage_.ops->destroy(storage_.self); }

void RawStorage::write(std::string_view key, std::string_view content) const {
  const tally_str name = strOf(key);
  const tally_bytes part{content.data(), content.size()};
  const tally_call call = freshCall();
  const tally_write_options options{TALLY_END_OF(tally_write_options, time_to_live_ns), 0, {nullptr, 0}, 0};
  tally_stat stat = freshStat();
  tally_error error = freshError();
  const auto code = ops().write(self(), &call, &name, &part, 1, &options, &stat, &error);
  if (code != TALLY_OK) fail("write of " + quote(key) + ": " + wordsOf(error));
}

std::string RawStorage::read(std::string_view key) const {
  const tally_str name = strOf(key);
  const tally_call call = freshCall();
  const tally_read_options options{TALLY_END_OF(tally_read_options, length), 0, 0, UINT64_MAX};
  Growing growing;
  const tally_sink sink{TALLY_END_OF(tally_sink, commit), 0, &growing, putGrowing, growGrowing, commitGrowing};
  tally_stat stat = freshStat();
  tally_error error = freshError();
  const auto code = ops().read(self(), &call, &name, &options, &sink, &stat, &error);
  if (code != TALLY_OK) fail("read of " + quote(key) + ": " + wordsOf(error));
  growing.bytes.resize(growing.used);
  return std::move(growing.bytes);
}

void expectCode(const std::string& what, std::int32_t code, std::int32_t expected) {
  if (code == expected) return;
  const auto words = [](std::int32_t one) {
    return one == TALLY_OK ? std::string("TALLY_OK") : std::string(nameOf(static_cast<ErrorCode>(one)));
  };
  fail(what + ": found " + words(code) + " (" + std::to_string(code) + "), expected " + words(expected));
}

Walled::Walled(std::size_t size) : page_(static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))) {
  expect(size <= page_, "a struct above one page");
  void* const pages = ::mmap(nullptr, 2 * page_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  expect(pages != MAP_FAILED, "no memory is left");
  pages_ = static_cast<char*>(pages);
  ::mprotect(pages_ + page_, page_, PROT_NONE);
}

Walled::~Walled() { ::munmap(pages_, 2 * page_); }

void* Walled::holdBytes(const void* bytes, std::size_t size) { return std::memcpy(pages_ + page_ - size, bytes, size); }

}  // namespace tally::conformance
