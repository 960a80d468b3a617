#include <algorithm>
#include <memory>

#include "commands/command.hpp"
#include "commands/plugins_inspect.hpp"
#include "table.hpp"
#include "text.hpp"

namespace tally::cli {
namespace {

std::string nameOf(const PluginFile& plugin) {
  if (plugin.note) return plugin.note->name;
  auto stem = plugin.path.stem().string();
  constexpr std::string_view kPrefix = "libtally_";
  return stem.rfind(kPrefix, 0) == 0 ? stem.substr(kPrefix.size()) : "-";  // a folder that can't be read
}

std::string stateOf(const PluginFile& plugin) {
  if (plugin.refused) return "refused";
  return plugin.shadowed ? "shadowed" : "ok";
}

std::string pathOf(const PluginFile& plugin) { return plugin.path.empty() ? "-" : plugin.path.string(); }

Json rowOf(const PluginFile& plugin) {
  Json row = {{"name", nameOf(plugin)},
              {"version", plugin.note ? Json(plugin.note->version) : Json()},
              {"path", plugin.path.string()},
              {"place", plugin.place},
              {"state", stateOf(plugin)},
              {"code", Json()},
              {"reason", Json()}};
  if (plugin.refused) {
    row["code"] = nameOf(plugin.refused->code());
    row["reason"] = plugin.refused->message();
  }
  return row;
}

ExitCode list(Context& context) {
  const auto plugins = listPlugins(context.config());
  if (context.options.json) {
    Json rows = Json::array();
    for (const auto& plugin : plugins) rows.push_back(rowOf(plugin));
    context.printJson(rows);
    return ExitCode::Ok;
  }
  if (plugins.empty()) {
    context.note("no plugins in any place; 'tally plugins doctor' lists the places");
    return ExitCode::Ok;
  }
  Table table({{"NAME"}, {"VERSION"}, {"STATE", Align::Left, true}, {"PATH"}, {"PLACE"}});
  for (const auto& plugin : plugins) {
    const auto tone = plugin.refused ? Tone::Bad : plugin.shadowed ? Tone::Faint : Tone::Good;
    const auto state = plugin.refused ? "refused: " + plugin.refused->message() : stateOf(plugin);
    table.add({nameOf(plugin), plugin.note ? plugin.note->version : "-", {state, tone}, pathOf(plugin), plugin.place});
  }
  table.print(context.out, context.style());
  return ExitCode::Ok;
}

void printSteps(Context& context, const std::vector<LoadStep>& steps) {
  const auto style = context.style();
  for (const auto& step : steps) {
    const auto good = step.warning ? style.paint(Tone::Warning, "warn") : style.paint(Tone::Good, "pass");
    const auto mark = step.passed ? good : style.paint(Tone::Bad, "FAIL");
    context.out.print("{}  {:<10}  {}\n", mark, step.name, escapedLines(step.detail));
  }
}

void printPlaces(Context& context, const std::vector<SearchPlace>& places) {
  Table table({{"PLACE SEARCHED"}, {"WHY"}, {"USED"}});
  for (const auto& place : places) {
    table.add({place.dir.string(), place.why, place.ignored.empty() ? "yes" : place.ignored});
  }
  context.out.write("\n");
  table.print(context.out, context.style());
}

ExitCode doctor(Context& context, const std::string& name) {
  const auto backend = name.empty() ? context.config().storage.backend : name;
  const auto steps = diagnosePlugin(context.config(), backend, context.call());
  // A name that nothing can have is no patient.
  const auto& last = steps.back().refused;
  if (last && last->code() == ErrorCode::InvalidArgument && steps.back().name == "find") throw *last;
  const auto places = searchPlaces(context.config());
  const bool healthy = std::all_of(steps.begin(), steps.end(), [](const LoadStep& step) { return step.passed; });
  if (context.options.json) {
    Json step_rows = Json::array(), place_rows = Json::array();
    for (const auto& step : steps) {
      step_rows.push_back({{"name", step.name},
                           {"passed", step.passed},
                           {"warning", step.warning},
                           {"code", step.refused ? Json(tally::nameOf(step.refused->code())) : Json()},
                           {"detail", step.detail}});
    }
    for (const auto& place : places) {
      place_rows.push_back({{"dir", place.dir.string()}, {"why", place.why}, {"ignored", place.ignored}});
    }
    context.printJson({{"backend", backend}, {"healthy", healthy}, {"steps", step_rows}, {"places", place_rows}});
  } else {
    printSteps(context, steps);
    printPlaces(context, places);
  }
  return healthy ? ExitCode::Ok : ExitCode::Failed;
}

void addPluginCommands(CLI::App& group, Context& context) {
  auto name = std::make_shared<std::string>();
  auto& list_command = addCommand(group, {"list",
                                          "List every plugin in every place. Runs no plugin code.",
                                          {"tally plugins list", "tally plugins list --json"},
                                          {ExitCode::Config, ExitCode::Permission}});
  list_command.callback([&context] { context.action = [&context] { return list(context); }; });

  auto& inspect_command =
      addCommand(group, {"inspect",
                         "Show what a plugin says of itself and its options. Runs no plugin code.",
                         {"tally plugins inspect redis", "tally plugins inspect ./libtally_mine.so"},
                         {ExitCode::Config, ExitCode::Plugin, ExitCode::Permission}});
  inspect_command.add_option("NAME", *name, "Name of a backend, or a file (with a '/' in it)")->required();
  inspect_command.callback(
      [&context, name] { context.action = [&context, name] { return inspectPlugin(context, *name); }; });

  auto& doctor_command =
      addCommand(group, {"doctor",
                         "Load a plugin step by step, open a storage, and ask how its service keeps data.",
                         {"tally plugins doctor", "tally plugins doctor redis"},
                         {ExitCode::Failed, ExitCode::Config, ExitCode::Permission}});
  doctor_command.add_option("NAME", *name, "Name of a backend; default: the configured one");
  doctor_command.callback([&context, name] { context.action = [&context, name] { return doctor(context, *name); }; });
}

}  // namespace

void registerPlugins(CLI::App& app, Context& context) {
  auto& group = addCommand(app, {"plugins",
                                 "The backends there are, what they say of themselves, and why one does not load.",
                                 {"tally plugins list", "tally plugins inspect local", "tally plugins doctor"},
                                 {ExitCode::Failed, ExitCode::Config, ExitCode::Plugin, ExitCode::Permission}});
  addPluginCommands(group, context);
  registerPluginsNew(group, context);
  group.require_subcommand(1);
}

}  // namespace tally::cli
