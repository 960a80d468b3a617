#include "model.hpp"

#include <algorithm>

#include "s2/records/batches.hpp"

namespace tally::s2::test {
namespace {

RecordView viewOf(const NewRecord& record, std::uint64_t number) {
  RecordView view;
  view.seq_num = number;
  view.timestamp = 1000 + number;
  view.body = record.bytes();
  for (const auto& header : record.headers) {
    if (header.name.empty()) {
      view.is_command = true;
      view.command = header.value;
    }
    if (header.name == kKindHeader) view.kind = header.value;
  }
  return view;
}

/// Bodies view the caller's text: give them their own.
std::vector<NewRecord> owned(std::vector<NewRecord> records) {
  for (auto& record : records) {
    if (record.own_body.empty()) record.own_body = record.body;
  }
  return records;
}

std::uint64_t effectOf(const NewRecord& record, std::uint64_t number) {
  if (record.headers.empty() || !record.headers[0].name.empty()) return 0;
  return std::min(*trimNumber(record.bytes()), number + 1);
}

}  // namespace

std::optional<ModelStream::Placed> ModelStream::append(const std::vector<NewRecord>& records,
                                                       std::optional<std::uint64_t> match) {
  if (match && *match != next()) return std::nullopt;
  const std::uint64_t start = next();
  for (const auto& record : owned(records)) {
    trimmed_ = std::max(trimmed_, effectOf(record, next()));
    records_.push_back(std::make_shared<NewRecord>(record));
  }
  bounds_.push_back(next());
  return Placed{start, next()};
}

void ModelStream::deleteSome(std::mt19937_64& random) {
  const std::uint64_t steps[] = {1, 2, 5, 1'000'000};
  if (deleted_ < trimmed_) deleted_ = std::min(trimmed_, deleted_ + steps[random() % 4]);
}

std::size_t ModelStream::page(std::uint64_t from, std::size_t limit, Fold& fold) const {
  const std::uint64_t first = std::max(from, deleted_);
  const std::uint64_t end = std::min<std::uint64_t>(next(), first + limit);
  for (std::uint64_t number = first; number < end; ++number) fold.feed(viewOf(*records_[number], number), nullptr);
  return end > first ? end - first : 0;
}

struct StagedChange {
  bool replaces;
  std::string body;
  TransactionId id{};
  std::vector<std::string> pieces{};
  std::size_t sent = 0;
  std::optional<std::uint64_t> first{};
  std::uint64_t end = 0;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> gaps{};
};

std::size_t Model::number(std::size_t low, std::size_t high) {
  return std::uniform_int_distribution<std::size_t>(low, high)(random_);
}

bool Model::chance(double odds) { return std::bernoulli_distribution(odds)(random_); }

std::string Model::fresh() {
  std::string text;
  const int name = ++count_;
  for (std::size_t i = 0, lines = number(0, 6); i < lines; ++i) {
    text += "w" + std::to_string(name) + "-" + std::to_string(i) + "\n";
  }
  if (chance(.3)) text += "rest";
  return text;
}

Model::Step Model::smallWrite() {
  return [this] {
    const std::string body = fresh();
    const auto match = chance(.5) ? std::optional<std::uint64_t>() : stream_.next();
    const auto placed = stream_.append(replaceBatch(body), match);
    changes_.push_back({placed->end, true, body});
    return true;
  };
}

Model::Step Model::smallAppend() {
  return [this] {
    const std::string body = "a" + std::to_string(++count_) + "\n";
    changes_.push_back({stream_.append(appendBatch(body))->end, false, body});
    return true;
  };
}

/// Returns whether the writer died.
bool Model::stageSome(StagedChange& change) {
  std::vector<NewRecord> batch;
  for (std::size_t left = number(1, 3); left != 0 && change.sent < change.pieces.size(); --left, ++change.sent) {
    batch.push_back(stagedChunk(change.id, static_cast<std::uint32_t>(change.sent), change.pieces[change.sent]));
  }
  for (int times = chance(.1) ? 2 : 1; times != 0; --times) {
    const auto placed = *stream_.append(batch);
    if (!change.first) change.first = placed.start;
    if (change.end != 0 && placed.start != change.end) change.gaps.emplace_back(change.end, placed.start);
    change.end = placed.end;
  }
  return chance(.1);
}

/// Returns whether it has ended; else it has to be done again.
bool Model::finishStaged(StagedChange& change) {
  std::vector<NewRecord> batch{change.replaces ? commitRecord(change.id, *change.first)
                                               : joiningRecord(change.id, *change.first)};
  if (change.replaces && chance(.7)) batch.push_back(trimRecord(*change.first));
  const auto placed = *stream_.append(batch);
  if (placed.start != change.end) change.gaps.emplace_back(change.end, placed.start);
  const auto overtakes = [&](std::uint64_t number) { return effectOf(stream_.at(number), number) > *change.first; };
  for (const auto& [begin, end] : change.gaps) {
    for (std::uint64_t at = begin; at < end; ++at) {
      if (overtakes(at)) return true;  // as if it had come just before the write that overtook it
    }
  }
  changes_.push_back({placed.end, change.replaces, change.body});
  if (chance(.3)) stream_.append(batch);  // the same request, delayed, lands again
  return true;
}

Model::Step Model::staged(bool replaces) {
  auto change = std::make_shared<StagedChange>(StagedChange{replaces, fresh() + fresh() + "end\n"});
  change->id = randomId();
  for (std::size_t at = 0; at < change->body.size(); at += 4) change->pieces.push_back(change->body.substr(at, 4));
  return [this, change] {
    if (change->sent < change->pieces.size()) return stageSome(*change);
    return finishStaged(*change);
  };
}

Model::Step Model::reader() {
  struct State {
    std::uint64_t began;
    Fold fold;
  };
  auto state = std::make_shared<State>(State{stream_.next(), Fold()});
  return [this, state] {
    const std::size_t limits[] = {1, 2, 3, 1000};
    if (stream_.page(state->fold.next(), limits[number(0, 3)], state->fold) != 0) return false;
    std::string content;
    {
      StringSink sink(content);
      state->fold.copy({}, sink);
    }
    readings_.push_back({state->began, stream_.next(), content, state->fold.exists()});
    return true;
  };
}

std::optional<std::string> Model::intended(std::uint64_t bound) const {
  std::optional<std::string> content;
  std::vector<const Change*> order;
  for (const auto& change : changes_) {
    if (change.end <= bound) order.push_back(&change);
  }
  std::sort(order.begin(), order.end(), [](const Change* a, const Change* b) { return a->end < b->end; });
  for (const auto* change : order) content = change->replaces ? change->text : content.value_or("") + change->text;
  return content;
}

std::pair<int, int> Model::play() {
  std::vector<Step> tasks;
  for (std::size_t left = number(4, 16); left != 0; --left) {
    switch (number(0, 7)) {
      case 0: tasks.push_back(smallWrite()); break;
      case 1: tasks.push_back(staged(true)); break;
      case 2: tasks.push_back(staged(false)); break;
      case 3:
      case 4: tasks.push_back(smallAppend()); break;
      default: tasks.push_back(reader());
    }
  }
  while (!tasks.empty()) {
    const auto task = tasks.begin() + static_cast<std::ptrdiff_t>(number(0, tasks.size() - 1));
    if ((*task)()) tasks.erase(task);
    if (chance(.5)) stream_.deleteSome(random_);
  }
  int wrong = 0;
  for (const auto& reading : readings_) {
    const auto seen = reading.exists ? std::optional(reading.content) : std::nullopt;
    wrong += std::none_of(stream_.bounds().begin(), stream_.bounds().end(), [&](std::uint64_t bound) {
      return bound >= reading.began && bound <= reading.ended && intended(bound) == seen;
    });
  }
  return {wrong, static_cast<int>(readings_.size())};
}

}  // namespace tally::s2::test
