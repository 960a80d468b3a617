#include "mutants.hpp"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <thread>

#include "forwarding_storage.hpp"

namespace tally::test {
namespace {

/// What a good listing delivers, for mutants that spoil it.
class Names final : public EntrySink {
 public:
  void take(std::string_view name, bool is_directory) override { entries.emplace_back(name, is_directory); }
  void giveTo(EntrySink& out) const {
    for (const auto& [name, is_directory] : entries) out.take(name, is_directory);
  }
  std::vector<std::pair<std::string, bool>> entries;
};

class LineFeedJoin final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    const auto there = good().stat(key, call);
    const bool more = there && there->size.value_or(0) != 0;
    return good().append(key, (more ? "\n" : "") + std::string(content), options, call);
  }
};

class FirstPageOnly final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    ListOptions page = options;
    if (page.limit == 0 || page.limit > 1000) page.limit = 1000;
    good().list(directory, page, out, call);
    return false;
  }
};

class WriteInPlace final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    const auto half = content.substr(0, content.size() / 2);
    if (!options.if_absent && !options.if_version) good().write(key, half, options, call);
    std::this_thread::yield();
    return good().write(key, content, options, call);
  }
};

class ErrorsAreEmpty final : public ForwardingStorage {
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

class MissingIsEmpty final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    if (!good().stat(key, call)) return {};
    return good().read(key, range, out, call);
  }
};

class PrefixBleed final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    Names names;
    const bool more = good().list(directory, options, names, call);
    const auto above = path::parent(directory);
    Names siblings;
    if (!directory.empty()) good().list(above, {}, siblings, call);
    for (const auto& [name, is_directory] : siblings.entries) {
      const std::string sibling = above.empty() ? name : path::join({above, name});
      if (is_directory && sibling != directory && sibling.rfind(directory, 0) == 0)
        good().list(sibling, {}, names, call);
    }
    names.giveTo(out);
    return more;
  }
};

class TrimmedKeys final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    while (key.size() > 1 && key.back() == ' ') key.remove_suffix(1);
    return good().write(key, content, options, call);
  }
};

class LengthLimit final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    auto size = good().append(key, content, options, call);
    const std::string bytes = good().IStorage::read(key);
    if (std::count(bytes.begin(), bytes.end(), '\n') <= 1000) return size;
    const std::string rest = bytes.substr(bytes.find('\n') + 1);
    good().write(key, rest, {}, call);
    return rest.size();
  }
};

class RangeOffByOne final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    ByteRange less = range;
    if (range.offset != 0 && range.length != ByteRange::kToEnd && range.length != 0) --less.length;
    return good().read(key, less, out, call);
  }
};

class Unsorted final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    Names names;
    const bool more = good().list(directory, options, names, call);
    std::reverse(names.entries.begin(), names.entries.end());
    names.giveTo(out);
    return more;
  }
};

class Doubled final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    Names names;
    const bool more = good().list(directory, options, names, call);
    for (const auto& [name, is_directory] : names.entries) {
      out.take(name, is_directory);
      if (is_directory) out.take(name, is_directory);
    }
    return more;
  }
};

class RemoveDoesNothing final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool remove(std::string_view key, const RemoveOptions& options, const Call& call) override {
    static_cast<void>(options);
    return good().stat(key, call).has_value();
  }
};

class WriteAppends final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    if (options.if_absent || options.if_version || !good().stat(key, call))
      return good().write(key, content, options, call);
    good().append(key, content, {}, call);
    return good().stat(key, call)->version;
  }
};

class CheckThenCreate final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    if (!options.if_absent) return good().write(key, content, options, call);
    if (good().stat(key, call)) throw Error(ErrorCode::AlreadyExists, "it exists already");
    std::this_thread::yield();
    WriteOptions unconditional = options;
    unconditional.if_absent = false;
    return good().write(key, content, unconditional, call);
  }
};

class VersionIgnored final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    WriteOptions unconditional = options;
    unconditional.if_version.reset();
    return good().write(key, content, unconditional, call);
  }
};

class LostAppend final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    if (++appends_ % 1000 == 0) return good().stat(key, call)->size;
    return good().append(key, content, options, call);
  }

 private:
  std::atomic<unsigned> appends_{0};
};

class SiblingIsDirectory final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<StorageStat> stat(std::string_view key, const Call& call) override {
    const auto found = good().stat(key, call);
    if (found) return found;
    Names siblings;
    good().list(path::parent(key), {}, siblings, call);
    const std::string name(path::basename(key));
    for (const auto& [sibling, is_directory] : siblings.entries) {
      if (!is_directory || sibling.rfind(name, 0) != 0) continue;
      StorageStat directory;
      directory.is_directory = true;
      return directory;
    }
    return std::nullopt;
  }
};

class CaseInsensitive final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    std::string lower(key);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return good().write(good().stat(lower, call) ? lower : key, content, options, call);
  }
};

class RemoveBleeds final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool remove(std::string_view key, const RemoveOptions& options, const Call& call) override {
    const bool existed = good().remove(key, options, call);
    if (!options.recursive || key.empty()) return existed;
    const auto above = path::parent(key);
    Names siblings;
    good().list(above, {}, siblings, call);
    for (const auto& [name, is_directory] : siblings.entries) {
      const std::string sibling = above.empty() ? name : path::join({above, name});
      if (sibling.rfind(key, 0) == 0) good().remove(sibling, options, call);
    }
    return existed;
  }
};

class ExpectedSizeIgnored final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    AppendOptions unconditional = options;
    unconditional.expected_size.reset();
    return good().append(key, content, unconditional, call);
  }
};

class TokenForgotten final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    AppendOptions anonymous = options;
    anonymous.token = {};
    return good().append(key, content, anonymous, call);
  }
};

class TornAppend final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    if (content.size() < 2) return good().append(key, content, options, call);
    good().append(key, content.substr(0, content.size() / 2), options, call);
    std::this_thread::yield();
    return good().append(key, content.substr(content.size() / 2), {}, call);
  }
};

class TextOnly final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    std::string text(content);
    for (char& c : text) {
      if (static_cast<unsigned char>(c) >= 0x80) c = '?';
    }
    return good().write(key, text, options, call);
  }
};

class ShowsTemporaryNames final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    const std::string temporary = std::string(key) + ".tmp";
    if (temporary.size() <= path::kMaxKeyBytes) good().write(temporary, content, {}, call);
    std::this_thread::yield();
    const Version version = good().write(key, content, options, call);
    if (temporary.size() <= path::kMaxKeyBytes) good().remove(temporary, {}, call);
    return version;
  }
};

class TimeIgnored final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    WriteOptions forever = options;
    forever.time_to_live.reset();
    return good().write(key, content, forever, call);
  }
};

class DeadlineIgnored final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    Call patient;
    patient.cancel = call.cancel;
    return good().read(key, range, out, patient);
  }
};

class PageLosesNext final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override {
    if (options.start_after.empty()) return good().list(directory, options, out, call);
    Names names;
    const bool more = good().list(directory, options, names, call);
    if (more) names.entries.erase(names.entries.begin());
    names.giveTo(out);
    return more;
  }
};

template <typename Wrong>
Mutant mutant(std::string name, std::string caught) {
  return {std::move(name), std::move(caught),
          [](std::shared_ptr<IStorage> good) { return std::make_shared<Wrong>(std::move(good)); }};
}

}  // namespace

const std::vector<Mutant>& mutants() {
  static const std::vector<Mutant> all = {
      mutant<LineFeedJoin>("append joins records by a line feed", "C02"),
      mutant<FirstPageOnly>("list stops at the backend's page of 1000", "D09"),
      mutant<WriteInPlace>("write truncates first, so that readers see the half", "H01"),
      mutant<ErrorsAreEmpty>("a failed read is an empty value", "B07"),
      mutant<MissingIsEmpty>("a missing key reads as empty", "B01"),
      mutant<PrefixBleed>("list by the bare prefix shows the siblings' entries", "D06"),
      mutant<TrimmedKeys>("keys are trimmed of spaces", "F05"),
      mutant<LengthLimit>("append keeps the last 1000 records only", "C07"),
      mutant<RangeOffByOne>("a range delivers one byte less", "L01"),
      mutant<Unsorted>("list is in the order of a hash table", "D08"),
      mutant<Doubled>("list shows a directory once for each page it spans", "D08"),
      mutant<RemoveDoesNothing>("remove answers without a request", "E01"),
      mutant<WriteAppends>("write adds another copy", "A12"),
      mutant<CheckThenCreate>("exclusive creation looks first and writes then", "G02"),
      mutant<VersionIgnored>("if_version is taken and ignored", "G05"),
      mutant<LostAppend>("every 1000th append is acknowledged and lost", "C07"),
      mutant<SiblingIsDirectory>("stat takes a sibling that begins alike for a directory", "B11"),
      mutant<CaseInsensitive>("keys are compared without regard to case", "F09"),
      mutant<RemoveBleeds>("recursive remove takes siblings that begin alike", "E07"),
      mutant<ExpectedSizeIgnored>("append takes expected_size and ignores it", "C17"),
      mutant<TokenForgotten>("append lands again for every repeat of its token", "C19"),
      mutant<TornAppend>("append lands in two halves", "C13"),
      mutant<TextOnly>("content is decoded, so that bytes that are no text change", "A03"),
      mutant<ShowsTemporaryNames>("list shows the temporary file of a write", "D14"),
      mutant<TimeIgnored>("time_to_live is taken and ignored", "N01"),
      mutant<DeadlineIgnored>("calls take as long as they like", "J14"),
      mutant<PageLosesNext>("a page begins one name too far", "D20"),
  };
  return all;
}

}  // namespace tally::test
