#include <unistd.h>

#include "ability.hpp"
#include "commands/command.hpp"
#include "tally/extensions/reindex.hpp"

namespace tally::cli {
namespace {

/// One line on a terminal that counts up, a few times a second.
class Counter final : public ReindexProgress {
 public:
  explicit Counter(const Context& context) : shown_(!context.options.json && ::isatty(STDERR_FILENO) == 1) {}
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;
  ~Counter() override {
    if (shown_) writeError("\r\033[K");
  }
  void lookedAt(std::uint64_t objects) override {
    const auto now = Call::Clock::now();
    if (!shown_ || now < next_) return;
    next_ = now + std::chrono::milliseconds(100);
    writeError(fmt::format("\r\033[Klooked at {} objects", objects));
  }

 private:
  const bool shown_;
  Call::Clock::time_point next_{};
};

ExitCode reindex(Context& context) {
  ReindexResult result;
  {
    auto& ability = abilityOf<Reindex>(context);
    Counter counter(context);
    result = ability.rebuildIndex(counter, context.call());
  }
  if (context.options.json) {
    context.printJson({{"objects", result.objects}, {"added", result.added}, {"dropped", result.dropped}});
  } else {
    context.out.print("{} objects listed: {} new in the index, {} dropped from it\n", result.objects, result.added,
                      result.dropped);
  }
  return ExitCode::Ok;
}

}  // namespace

void registerStorageReindex(CLI::App& storage, Context& context) {
  auto& command = addCommand(storage, {"reindex",
                                       "Make the backend's index of names anew, from all that is on its server.",
                                       {"tally storage reindex", "tally storage reindex --timeout 10m --json"},
                                       kStoreExitCodes});
  command.callback([&context] { context.action = [&context] { return reindex(context); }; });
}

}  // namespace tally::cli
