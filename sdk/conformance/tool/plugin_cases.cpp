#include "plugin_cases.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "option_view.hpp"
#include "plugin_harness.hpp"
#include "tally/conformance/expect.hpp"
#include "tally/create_storage.hpp"

namespace tally::conformance {
namespace {

constexpr const char* kSecret = "s3cret-of-tally-conformance";

PluginHarness& pluginOf(Context& context) { return dynamic_cast<PluginHarness&>(context.harness()); }

void expectNamed(const Error& error, const std::string& word) {
  expect(std::string_view(error.what()).find(word) != std::string_view::npos,
         "the message '" + std::string(error.what()) + "' does not say '" + word + "'");
}

void unknownOption(Context& context) {
  auto& plugin = pluginOf(context);
  const auto& options = plugin.note().options;
  const std::string near = options.empty() ? "anything" : options.front().name;
  const std::string key = "storage." + plugin.note().name + "." + near + "x";
  const Error error = expectError(ErrorCode::ConfigUnknownKey, "open with the unknown option '" + key + "'", [&] {
    createStorage(plugin.configWith({{key, "1"}}));
  });
  expectNamed(error, near + "x");
  if (!options.empty()) expectNamed(error, "'" + near + "'");
}

/// A value that is none of the option's, or empty if every text is one.
std::string impossible(const PluginOption& option) {
  switch (option.type) {
    case PluginOption::Type::Flag: return "perhaps";
    case PluginOption::Type::Integer:
    case PluginOption::Type::Number: return "many";
    case PluginOption::Type::Text: return option.choices.empty() ? "" : "none-of-these";
    case PluginOption::Type::Path:
    case PluginOption::Type::List: return {};
  }
  return {};
}

void wrongOptions(Context& context) {
  auto& plugin = pluginOf(context);
  const auto refused = [&](const PluginOption& option, const std::string& value) {
    const Error error = expectError(ErrorCode::InvalidConfig, "open with " + option.name + ": " + value, [&] {
      createStorage(plugin.configWith({{option.name, value}}));
    });
    expectNamed(error, option.name);
  };
  for (const auto& option : plugin.note().options) {
    if (const std::string value = impossible(option); !value.empty()) refused(option, value);
    if (option.maximum) refused(option, std::to_string(static_cast<std::int64_t>(*option.maximum) + 1));
  }
}

void missingOptions(Context& context) {
  auto& plugin = pluginOf(context);
  for (const auto& option : plugin.note().options) {
    if (!option.required) continue;
    const Error error =
        expectAnyError({ErrorCode::ConfigMissingValue, ErrorCode::InvalidConfig}, "open without " + option.name, [&] {
          createStorage(plugin.configWith({{option.name, "~"}}));
        });
    expectNamed(error, option.name);
  }
}

/// Everything that fails on `storage` must keep the secret.
void expectKept(IStorage& storage) {
  const auto attempt = [&](const auto& action) {
    try {
      action();
    } catch (const Error& error) {
      expect(std::string_view(error.what()).find(kSecret) == std::string_view::npos,
             std::string("a message of ") + std::string(nameOf(error.code())) + " shows the secret");
    }
  };
  attempt([&] { storage.read("missing"); });
  attempt([&] { storage.write("x", "1"); });
  attempt([&] { storage.append("x", "1"); });
  attempt([&] { storage.list(""); });
  attempt([&] { storage.stat("x"); });
}

void secretsKept(Context& context) {
  auto& plugin = pluginOf(context);
  bool any = false;
  for (const auto& option : plugin.note().options) {
    if (!option.secret) continue;
    any = true;
    try {
      expectKept(*createStorage(plugin.configWith({{option.name, kSecret}})));
    } catch (const Error& error) {
      expect(std::string_view(error.what()).find(kSecret) == std::string_view::npos,
             "a message about the option '" + option.name + "' shows its value");
    }
  }
  if (!any) Context::skip("the plugin publishes no secret option");
}

void relativePaths(Context& context) {
  namespace fs = std::filesystem;
  auto& plugin = pluginOf(context);
  if (plugin.folder().empty()) Context::skip("keys are not files of a folder");
  const fs::path base = plugin.folder().parent_path() / "elsewhere";
  fs::create_directories(base);
  std::ofstream(base / "tally.yaml") << "storage: {path: here}\n";
  ConfigSource source;
  source.file = base / "tally.yaml";
  source.environment = [](const std::string&) { return std::optional<std::string>(); };
  source.overrides = {{"storage.backend", plugin.note().name}, {"storage.plugin.path", plugin.pluginFile().string()}};
  createStorage(loadConfig(source))->write("d/x", "1");
  expect(fs::exists(base / "here/d/x"), "a relative path is not one from the configuration file's folder on");
}

}  // namespace

void addHostCases(std::vector<Group>& groups) {
  constexpr auto kFile = Facility::PluginFile;
  const std::vector<Case> cases = {
      {"P05", "options: an unknown one is refused, with its nearest name", unknownOption, kFile},
      {"P06", "options: a value of the wrong kind, or out of range, is refused by name", wrongOptions, kFile},
      {"P36", "options: a required one that is missing is refused by name", missingOptions, kFile},
      {"P07", "options: a secret is in no message", secretsKept, kFile},
      {"P16", "options: a relative path begins at the configuration file", relativePaths, kFile},
  };
  for (auto& group : groups) {
    if (group.letter == 'P') group.cases.insert(group.cases.end(), cases.begin(), cases.end());
  }
}

}  // namespace tally::conformance
