#include "tally/run_ref.hpp"

#include <algorithm>
#include <charconv>

#include "store/stored_object.hpp"

namespace tally {
namespace {

Schema schemaOf(RunType type) { return type == RunType::Tally ? Schema::TallyRun : Schema::TrajectoryRun; }

}  // namespace

std::string_view nameOf(RunType type) noexcept { return type == RunType::Tally ? "tally" : "trajectory"; }

std::optional<RunType> parseRunType(std::string_view text) noexcept {
  for (const auto type : {RunType::Tally, RunType::Trajectory}) {
    if (text == nameOf(type)) return type;
  }
  return std::nullopt;
}

std::optional<std::chrono::system_clock::time_point> RunRef::timestamp() const noexcept {
  constexpr std::size_t kDigits = 13;
  std::string_view rest = id_;
  for (const std::string_view prefix : {"run-", "conv-", "traj-"}) {
    if (!rest.starts_with(prefix)) continue;
    rest.remove_prefix(prefix.size());
    const auto digits = rest.substr(0, kDigits);
    std::int64_t milliseconds = 0;
    const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
    if (rest.size() <= kDigits || rest[kDigits] != '-' || !std::all_of(digits.begin(), digits.end(), isDigit)) break;
    std::from_chars(digits.data(), digits.data() + kDigits, milliseconds);
    return std::chrono::system_clock::time_point(std::chrono::milliseconds(milliseconds));
  }
  return std::nullopt;
}

Document RunRef::load(const Call& call) const { return detail::loadDocument(*storage_, path_, schemaOf(type_), call); }

void RunRef::save(Document& run, const Call& call) const {
  detail::saveDocument(*storage_, path_, schemaOf(type_), run, call);
}

void RunRef::overwrite(Document& run, const Call& call) const {
  detail::checkDocument(run, schemaOf(type_), path_);
  detail::requireConversation(*storage_, path_, call);
  run.setVersion(storage_->write(path_, run.serialize(), {}, call));
}

bool RunRef::remove(const Call& call) const { return storage_->remove(path_, {}, call); }

}  // namespace tally
