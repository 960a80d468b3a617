#include "wrong_tables.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <thread>

extern "C" const tally_plugin* tally_plugin_entry_v1_memory(void);

namespace tally::test {
namespace {

Tables good, spoiled;
const TableMutant* present = nullptr;

/// The example's own create, and then the table of the mutant instead of the example's.
std::int32_t createGood(const tally_config* config, const tally_call* call, tally_storage* out, tally_error* error) {
  const std::int32_t code = good.factory.create(config, call, out, error);
  if (code != TALLY_OK) return code;
  good.ops = spoiled.ops = *out->ops;
  present->spoil(spoiled);
  out->ops = &spoiled.ops;
  return TALLY_OK;
}

/// Whether the first `size` bytes of the id are those of the factory.
bool isStorageFactory(const tally_str& id, std::size_t size) {
  return std::string_view(id.data, id.size).substr(0, size) == TALLY_STORAGE_FACTORY;
}

const void* exactFactory(const tally_str* id) { return isStorageFactory(*id, id->size) ? &spoiled.factory : nullptr; }

// The faults, each in one slot.

void forgetsToDestroy(void*) {}

std::int32_t createLeavingThread(const tally_config* config, const tally_call* call, tally_storage* out,
                                 tally_error* error) {
  std::thread([] { std::this_thread::sleep_for(std::chrono::hours(1)); }).detach();
  return createGood(config, call, out, error);
}

std::int32_t createLeavingDescriptor(const tally_config* config, const tally_call* call, tally_storage* out,
                                     tally_error* error) {
  static_cast<void>(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  return createGood(config, call, out, error);
}

std::int32_t createPrinting(const tally_config* config, const tally_call* call, tally_storage* out,
                            tally_error* error) {
  std::puts("memory: opened");
  return createGood(config, call, out, error);
}

std::int32_t createIgnoringPipes(const tally_config* config, const tally_call* call, tally_storage* out,
                                 tally_error* error) {
  ::signal(SIGPIPE, SIG_IGN);
  return createGood(config, call, out, error);
}

std::int32_t createWithMask(const tally_config* config, const tally_call* call, tally_storage* out,
                            tally_error* error) {
  ::umask(0);
  return createGood(config, call, out, error);
}

std::int32_t createCrashingAtExit(const tally_config* config, const tally_call* call, tally_storage* out,
                                  tally_error* error) {
  std::atexit(std::abort);
  return createGood(config, call, out, error);
}

std::int32_t createCrashingLater(const tally_config* config, const tally_call* call, tally_storage* out,
                                 tally_error* error) {
  std::thread([] {
    std::this_thread::sleep_for(std::chrono::seconds(1));
    ::raise(SIGSEGV);
  }).detach();
  return createGood(config, call, out, error);
}

const void* prefixFactory(const tally_str* id) {
  return isStorageFactory(*id, std::strlen(TALLY_STORAGE_FACTORY)) ? &spoiled.factory : nullptr;
}

const void* anyExtension(void*, const tally_str*) { return &spoiled; }

std::int32_t writeIgnoringFlags(void* self, const tally_call* call, const tally_str* key, const tally_bytes* parts,
                                std::uint64_t count, const tally_write_options* options, tally_stat* stat,
                                tally_error* error) {
  tally_write_options known = *options;
  known.flags &= TALLY_WRITE_IF_ABSENT | TALLY_WRITE_IF_VERSION | TALLY_WRITE_TIME_TO_LIVE;
  return good.ops.write(self, call, key, parts, count, &known, stat, error);
}

std::int32_t writeOfFirstPart(void* self, const tally_call* call, const tally_str* key, const tally_bytes* parts,
                              std::uint64_t count, const tally_write_options* options, tally_stat* stat,
                              tally_error* error) {
  return good.ops.write(self, call, key, parts, count == 0 ? 0 : 1, options, stat, error);
}

std::int32_t statClearingAll(void* self, const tally_call* call, const tally_str* key, tally_stat* stat,
                             tally_error* error) {
  const std::uint32_t size = stat->struct_size;
  std::memset(static_cast<void*>(stat), 0, size);
  stat->struct_size = size;
  return good.ops.stat(self, call, key, stat, error);
}

std::int32_t statWritingBehind(void* self, const tally_call* call, const tally_str* key, tally_stat* stat,
                               tally_error* error) {
  std::memset(reinterpret_cast<char*>(stat) + sizeof *stat, 0, 8);
  return good.ops.stat(self, call, key, stat, error);
}

std::int32_t readThrowing(void* self, const tally_call* call, const tally_str* key, const tally_read_options* options,
                          const tally_sink* sink, tally_stat* stat, tally_error* error) {
  const std::int32_t code = good.ops.read(self, call, key, options, sink, stat, error);
  if (code == TALLY_E_NOT_FOUND) throw std::runtime_error("no such object");
  return code;
}

/// Goes on after the host said stop.
std::int32_t listToTheEnd(void* self, const tally_call* call, const tally_str* directory,
                          const tally_list_options* options, const tally_entry_sink* sink, std::uint32_t* more,
                          tally_error* error) {
  tally_entry_sink deaf{TALLY_END_OF(tally_entry_sink, put), 0, const_cast<tally_entry_sink*>(sink),
                        [](void* real, const tally_entry* entry) -> std::int32_t {
                          const auto* const host = static_cast<const tally_entry_sink*>(real);
                          host->put(host->self, entry);
                          return TALLY_OK;
                        }};
  return good.ops.list(self, call, directory, options, &deaf, more, error);
}

}  // namespace

const std::vector<TableMutant>& tableMutants() {
  static const std::vector<TableMutant> all = {
      {"destroy frees nothing", "P01", [](Tables& t) { t.ops.destroy = forgetsToDestroy; }},
      {"each storage leaves a thread", "P01", [](Tables& t) { t.factory.create = createLeavingThread; }},
      {"each storage leaves a descriptor", "P01", [](Tables& t) { t.factory.create = createLeavingDescriptor; }},
      {"the descriptor has no version", "P18",
       [](Tables& t) {
         t.descriptor.version = {nullptr, 0};
       }},
      {"the descriptor is of another major version", "P18", [](Tables& t) { ++t.descriptor.abi_major; }},
      {"the factory looks at the beginning of an id", "P19", [](Tables& t) { t.descriptor.factory = prefixFactory; }},
      {"every extension is offered", "P20", [](Tables& t) { t.ops.extension = anyExtension; }},
      {"unknown flags of a write are ignored", "P21", [](Tables& t) { t.ops.write = writeIgnoringFlags; }},
      {"a struct is cleared to the end that the host knows", "P22", [](Tables& t) { t.ops.stat = statClearingAll; }},
      {"eight bytes behind a struct are written", "P23", [](Tables& t) { t.ops.stat = statWritingBehind; }},
      {"a write takes its first part only", "P24", [](Tables& t) { t.ops.write = writeOfFirstPart; }},
      {"a listing goes on after the host said stop", "P25", [](Tables& t) { t.ops.list = listToTheEnd; }},
      {"opening prints a line", "P26", [](Tables& t) { t.factory.create = createPrinting; }},
      {"opening ignores a signal for the whole process", "P26",
       [](Tables& t) { t.factory.create = createIgnoringPipes; }},
      {"opening changes the mask of new files", "P26", [](Tables& t) { t.factory.create = createWithMask; }},
      {"a handler at the exit crashes", "P27", [](Tables& t) { t.factory.create = createCrashingAtExit; }},
      {"a thread crashes a second after the opening", "P34", [](Tables& t) { t.factory.create = createCrashingLater; }},
      {"an exception leaves a slot", "P35", [](Tables& t) { t.ops.read = readThrowing; }},
  };
  return all;
}

const tally_plugin* spoiledPlugin(const TableMutant& mutant) {
  present = &mutant;
  spoiled.descriptor = *tally_plugin_entry_v1_memory();
  const tally_str id{TALLY_STORAGE_FACTORY, std::strlen(TALLY_STORAGE_FACTORY)};
  good.factory = *static_cast<const tally_storage_factory*>(spoiled.descriptor.factory(&id));
  spoiled.factory = good.factory;
  spoiled.factory.create = createGood;
  spoiled.descriptor.factory = exactFactory;
  mutant.spoil(spoiled);
  return &spoiled.descriptor;
}

}  // namespace tally::test
