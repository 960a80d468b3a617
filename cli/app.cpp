#include "app.hpp"

#include <fmt/chrono.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "config_values.hpp"
#include "text.hpp"

namespace tally::cli {
namespace {

constexpr std::uint64_t kNamesToCompare = 1000;

std::pair<std::string, std::string> splitOverride(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw UsageError(fmt::format("--set {}: expected KEY=VALUE, for instance storage.path=/srv/tally", text));
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

}  // namespace

ConfigSource Context::configSource() const {
  ConfigSource source;
  source.file = options.config_file;
  for (const auto& text : options.overrides) source.overrides.push_back(splitOverride(text));
  return source;
}

const Config& Context::config() {
  if (!config_) config_ = loadConfig(configSource());
  return *config_;
}

TallyStore& Context::store() {
  if (!store_) store_.emplace(std::shared_ptr<IStorage>(createStorage(config(), call())));
  return *store_;
}

std::optional<std::filesystem::path> Context::folder() {
  const auto& storage = config().storage;
  const auto plugin = inspectPlugin(config(), storage.backend);
  const auto& published = plugin.note ? plugin.note->options : std::vector<PluginOption>();
  const auto option = std::find_if(published.begin(), published.end(), [](const auto& o) { return o.name == "path"; });
  if (option == published.end()) return std::nullopt;
  std::string folder = option->default_value.value_or("");
  if (const auto path = storage.shared.find("path"); path != storage.shared.end()) {
    if (const auto* text = std::get_if<std::string>(&path->second.value)) folder = *text;
  }
  return config().base_dir / folder;
}

std::string Context::where() {
  const auto& backend = config().storage.backend;
  const auto place = folder();
  if (!place) return backend + " store";
  std::error_code problem;
  const bool absent = std::filesystem::status(*place, problem).type() == std::filesystem::file_type::not_found;
  const auto shown = std::filesystem::path(withoutPassword(place->string())).lexically_normal().string();
  return fmt::format("{} store in {}{}", backend, shown, absent ? " (the folder does not exist yet)" : "");
}

std::string Context::commandLine(const std::vector<std::string>& words) const {
  std::string line = "tally";
  if (!options.config_file.empty()) line += " --config " + shellQuoted(options.config_file);
  for (const auto& text : options.overrides) {
    const auto key = splitOverride(text).first;
    const bool open = key == "storage.path" || key == "storage.backend";
    line += " --set " + shellQuoted(open ? withoutPassword(text) : key + "=...");
  }
  for (const auto& word : words) line += " " + shellQuoted(word);
  return line;
}

std::vector<ConversationRef> Context::conversations(const ListConversationsOptions& page) {
  return store().listConversations(page, call());
}

ConversationRef Context::conversation(const std::string& id) {
  if (auto found = store().getConversation(id, call())) return *std::move(found);
  std::vector<std::string> known;
  for (const auto& one : conversations({"", kNamesToCompare})) known.push_back(one.id());
  auto message = fmt::format("no conversation '{}' in the {}", id, where());
  if (const auto near = nearestName(id, known); !near.empty()) message += fmt::format("; did you mean '{}'?", near);
  throw Error(ErrorCode::NotFound, message).at("", "", path::join({"conversations", id}));
}

Style Context::style() const {
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool refused = options.no_color || (no_color != nullptr && *no_color != '\0');
  const bool dumb = terminal != nullptr && std::string_view(terminal) == "dumb";
  return Style(out.isTerminal() && !refused && !dumb);
}

void Context::message(std::string_view prefix, std::string_view text) {
  if (options.json) return;
  out.flush();
  writeError(fmt::format("{}{}\n", prefix, escapedLines(text)));
}

void Context::printJson(const Json& document) { out.line(jsonText(document)); }

void writeError(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string jsonText(const Json& document) { return document.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string formatTime(std::chrono::system_clock::time_point time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::optional<std::chrono::nanoseconds> parseDuration(std::string_view text) {
  double number = 0;
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (parsed.ec != std::errc() || !(number >= 0)) return std::nullopt;
  const std::string_view unit(parsed.ptr, static_cast<std::size_t>(end - parsed.ptr));
  double seconds = 0;
  if (unit.empty() || unit == "s")
    seconds = number;
  else if (unit == "ms")
    seconds = number / 1e3;
  else if (unit == "us")
    seconds = number / 1e6;
  else if (unit == "ns")
    seconds = number / 1e9;
  else if (unit == "m")
    seconds = number * 60;
  else if (unit == "h")
    seconds = number * 3600;
  else
    return std::nullopt;
  constexpr double kLongest = 1e9;  // about thirty years; more does not fit into nanoseconds
  return std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(seconds, kLongest) * 1e9));
}

}  // namespace tally::cli
