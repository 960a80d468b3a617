#include "tally/step_follower.hpp"

#include <charconv>
#include <utility>

#include "documents/conversation_reader.hpp"
#include "documents/json_validator.hpp"
#include "store/followed_lines.hpp"

namespace tally {
namespace {

constexpr std::string_view kPrefix = "steps1";

/// Where the next line begins.
struct Place {
  detail::ReadPosition position;
  detail::ByteCursor bytes;
};

std::string textOf(const Place& place) {
  std::string text(kPrefix);
  for (const std::uint64_t number : {std::uint64_t{place.position.line}, std::uint64_t{place.position.offset},
                                     static_cast<std::uint64_t>(place.position.expected_index + 1), place.bytes.skip}) {
    text += '-' + std::to_string(number);
  }
  return text + '-' + place.bytes.backend;
}

template <typename Number>
bool takeNumber(std::string_view& text, Number& number) {
  if (!text.starts_with('-')) return false;
  const auto read = std::from_chars(text.data() + 1, text.data() + text.size(), number);
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  return read.ec == std::errc();
}

Place placeOf(std::string_view text) {
  Place place;
  auto& [position, bytes] = place;
  std::string_view rest = text.starts_with(kPrefix) ? text.substr(kPrefix.size()) : std::string_view();
  const bool whole = takeNumber(rest, position.line) && takeNumber(rest, position.offset) &&
                     takeNumber(rest, position.expected_index) && takeNumber(rest, bytes.skip) &&
                     position.expected_index >= 0 && rest.starts_with('-') && rest.size() > 1;
  if (!whole) throw Error(ErrorCode::InvalidArgument, "this is no cursor of a conversation; follow from the start");
  --position.expected_index;  // so that no number is negative
  bytes.backend = rest.substr(1);
  return place;
}

std::unique_ptr<Follower> open(IStorage& storage, std::string_view key, const FollowOptions& options,
                               const Call& call) {
  Follow* follow = storage.extension<Follow>();
  if (follow != nullptr) return follow->openFollower(key, options, call);
  throw Error(ErrorCode::Unsupported, "this backend can't tell of new steps; load the conversation again instead")
      .at("", "follow", key);
}

}  // namespace

class StepFollower::State {
 public:
  State(std::shared_ptr<IStorage> storage, const std::string& key, std::string id, const Place& start, bool from_end,
        const Call& call)
      : storage_(std::move(storage)),
        id_(std::move(id)),
        lines_(open(*storage_, key, {from_end, start.bytes.backend, false}, call), start.bytes.skip),
        reader_(id_, start.position) {}

  FollowedStep next(const Call& call) {
    for (;;) {
      if (auto found = takeLine()) return *std::move(found);
      const FollowEvent event = lines_.wait(call);
      if (event == FollowEvent::Data) continue;
      if (event != FollowEvent::Nothing) begin();
      return {event, std::nullopt, {}};
    }
  }

  std::string cursor() const {
    Place place{reader_.position(), lines_.cursor()};
    if (inside_line_) --place.position.line;
    return textOf(place);
  }

 private:
  void begin() {
    reader_ = detail::ConversationReader(id_);
    inside_line_ = false;
  }

  // Nothing when what is left is no whole line. Empty lines and the head of a file without steps say nothing.
  std::optional<FollowedStep> takeLine() {
    for (std::string_view line; !(line = nextLine()).empty();) {
      const bool goes_on = std::exchange(inside_line_, !line.ends_with('\n'));
      if (goes_on) reader_.reopenLine();
      const auto position = reader_.position();
      reader_.read(line);
      lines_.use(line.size());
      auto steps = reader_.takeSteps();
      FollowedStep found{FollowEvent::Data, std::nullopt, reader_.takeFindings()};
      if (goes_on && (!steps.empty() || !found.findings.empty())) {
        found.findings = {{Finding::Kind::InvalidLine, position.line + 1, position.offset,
                           "The line goes on behind the object that it held first."}};
        return found;
      }
      if (!steps.empty()) found.step = std::move(steps.front());
      if (found.step || !found.findings.empty()) return found;
    }
    return std::nullopt;
  }

  std::string_view nextLine() {
    const auto line = lines_.line();
    if (!line.empty()) return line;
    const auto rest = lines_.rest();
    return rest.ends_with('}') && validator_.accepts(rest) ? rest : std::string_view();
  }

  std::shared_ptr<IStorage> storage_;  // first: outlives the follower
  const std::string id_;
  detail::FollowedLines lines_;
  detail::ConversationReader reader_;
  detail::JsonValidator validator_;
  bool inside_line_ = false;  // a line without line feed was taken
};

StepFollower::StepFollower(std::shared_ptr<IStorage> storage, const std::string& key, std::string id,
                           const FollowStepsOptions& options, const Call& call) {
  Place start = options.cursor.empty() ? Place() : placeOf(options.cursor);
  if (options.cursor.empty() && options.from_end) start.position.expected_index = detail::ReadPosition::kAnyIndex;
  state_ = std::make_unique<State>(std::move(storage), key, std::move(id), start, options.from_end, call);
}

StepFollower::StepFollower(StepFollower&& other) noexcept = default;
StepFollower& StepFollower::operator=(StepFollower&& other) noexcept = default;
StepFollower::~StepFollower() = default;

FollowedStep StepFollower::next(const Call& call) { return state_->next(call); }
std::string StepFollower::cursor() const { return state_->cursor(); }

}  // namespace tally
