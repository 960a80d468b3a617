#include "settings.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>

namespace tally::conformance {
namespace {

/// "a=b" as two. Errors: CLI::ValidationError without a '=', or without a name before it.
std::pair<std::string, std::string> halves(const std::string& text, const char* option, char separator = '=') {
  const auto at = text.find(separator);
  if (at == text.npos || at == 0) {
    throw CLI::ValidationError(option, "'" + text + "' has no '" + separator + "' behind a name");
  }
  return {text.substr(0, at), text.substr(at + 1)};
}

template <typename Kind>
Kind kindNamed(const std::string& name, const std::map<std::string, Kind>& kinds, const char* option) {
  const auto found = kinds.find(name);
  if (found != kinds.end()) return found->second;
  std::string known;
  for (const auto& [one, kind] : kinds) known += (known.empty() ? "" : ", ") + one;
  throw CLI::ValidationError(option, "'" + name + "' is none of " + known);
}

/// \r, \n, \\ and \xNN as the bytes they stand for.
std::string unescaped(const std::string& text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = text[i] == '\\' && i + 1 < text.size() ? text[i + 1] : '\0';
    if (next == 'x' && i + 3 < text.size()) {
      bytes += static_cast<char>(std::strtol(text.substr(i + 2, 2).c_str(), nullptr, 16));
      i += 3;
    } else if (next != '\0') {
      bytes += next == 'r' ? '\r' : next == 'n' ? '\n' : next;
      ++i;
    } else {
      bytes += text[i];
    }
  }
  return bytes;
}

/// An option that may be repeated, each value handed to `take`.
template <typename Take>
void repeatable(CLI::App& app, const char* name, const char* form, const char* group, const char* help, Take take) {
  app.add_option_function<std::vector<std::string>>(
         name,
         [take](const std::vector<std::string>& values) {
           for (const auto& value : values) take(value);
         },
         help)
      ->type_name(form)
      ->group(group);
}

void describeServer(CLI::App& app, Settings& settings) {
  constexpr auto* kGroup = "About the server";
  static const std::map<std::string, Wrong> kWrongs = {{"secret", Wrong::Secret},
                                                       {"permission", Wrong::Permission},
                                                       {"container", Wrong::Container},
                                                       {"certificate", Wrong::Certificate}};
  static const std::map<std::string, Reply> kReplies = {
      {"busy", Reply::Busy}, {"broken", Reply::Broken}, {"stranger", Reply::Stranger}, {"forbidden", Reply::Forbidden}};
  repeatable(app, "--through-proxy", "OPTION=HOST:PORT", kGroup,
             "the option names the server, with this HOST:PORT in its value; the cases about dead, slow and lying "
             "servers put a proxy there",
             [&](const auto& text) { settings.proxied.push_back(halves(text, "--through-proxy")); });
  repeatable(app, "--wrong", "KIND:OPTION=VALUE", kGroup,
             "a value that is wrong about the server; KIND is secret, permission, container or certificate",
             [&](const auto& text) {
               const auto [kind, rest] = halves(text, "--wrong", ':');
               settings.wrong[kindNamed(kind, kWrongs, "--wrong")].push_back(halves(rest, "--wrong"));
             });
  repeatable(app, "--reply", "KIND=BYTES", kGroup,
             "what the server answers when it is 'busy' or 'broken', or to a 'stranger' or somebody 'forbidden' to do "
             "it; with "
             "\\r \\n \\xNN",
             [&](const auto& text) {
               const auto [kind, bytes] = halves(text, "--reply");
               settings.replies[kindNamed(kind, kReplies, "--reply")] = unescaped(bytes);
             });
  app.add_option("--plant", settings.plant, "shell command that puts something foreign under the key $KEY of $PLACE")
      ->type_name("COMMAND")
      ->group(kGroup);
}

}  // namespace

void describe(CLI::App& app, Settings& settings) {
  constexpr auto* kGroup = "About the plugin";
  app.add_option_function<std::filesystem::path>(
         "FILE", [&](const auto& file) { settings.file = std::filesystem::absolute(file); }, "the plugin")
      ->required()
      ->check(CLI::ExistingFile);
  app.add_option("--config", settings.config, "a tally.yaml with its options")->check(CLI::ExistingFile)->group(kGroup);
  repeatable(app, "--set", "OPTION=VALUE", kGroup, "an option of the plugin, or a dotted key of the configuration",
             [&](const auto& text) { settings.set.push_back(halves(text, "--set")); });
  repeatable(app, "--internal-name", "NAME", kGroup, "a name that the adapter uses itself beside the user's keys",
             [&](const auto& name) { settings.internal_names.push_back(name); });
  repeatable(app, "--deviation", "CASE=REASON", kGroup, "a case that is not passed on purpose; not run, but reported",
             [&](const auto& text) {
               const auto [id, reason] = halves(text, "--deviation");
               settings.deviations.push_back({id, reason});
             });
  app.add_option("--dir", settings.dir, "where the folder {dir} is made, instead of the system's temporary folder")
      ->check(CLI::ExistingDirectory)
      ->group(kGroup);
  app.add_flag("--erase", settings.erase, "the store may hold something; it is emptied")->group(kGroup);
  describeServer(app, settings);
}

}  // namespace tally::conformance
