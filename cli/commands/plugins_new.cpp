#include <filesystem>
#include <memory>
#include <regex>

#include "commands/command.hpp"
#include "files.hpp"
#include "plugin_template.hpp"
#include "taken_name.hpp"

namespace tally::cli {
namespace {

namespace fs = std::filesystem;

struct NewOptions {
  std::string name;
  std::string language = "c++";
  std::string output;
};

void checkName(const std::string& name) {
  static const std::regex kName("[a-z][a-z0-9_]{0,31}");
  if (std::regex_match(name, kName)) return;
  throw Error(ErrorCode::InvalidArgument, "'" + name +
                                              "' can't be a backend: a name has lower-case letters, digits and '_', "
                                              "begins with a letter, and has at most 32 of them");
}

void checkPlace(const fs::path& folder) {
  std::error_code problem;
  if (!fs::exists(folder, problem) || (fs::is_directory(folder, problem) && fs::is_empty(folder, problem))) return;
  throw Error(ErrorCode::AlreadyExists, folder.string() + " is there already; name an empty folder with --output");
}

void writeFile(const fs::path& folder, const TemplateFile& file, const std::string& name) {
  const auto path = folder / file.path;
  std::error_code problem;
  fs::create_directories(path.parent_path(), problem);
  if (problem) throw fileError(problem.value(), "create", path.parent_path());
  createFile(path, instantiated(file.language, file.text, name));
  if (!file.executable) return;
  fs::permissions(path, fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec, fs::perm_options::add,
                  problem);
  if (problem) throw fileError(problem.value(), "make executable", path);
}

void printNext(Context& context, const NewOptions& options, const fs::path& folder) {
  context.out.print("wrote a plugin in {}: {}\n\nnext:\n  cd {}\n", options.language, folder.string(), folder.string());
  if (options.language == "rust") {
    context.out.write("  ./check                                    build it, and see that it keeps the contract\n");
  } else {
    context.out.write("  cmake -B build && cmake --build build      build it\n");
    context.out.write("  ctest --test-dir build                     see that it keeps the contract\n");
  }
}

/// A project can be written without a configuration, or with a faulty one; then the usual places count.
std::vector<SearchPlace> placesOf(Context& context) {
  try {
    return searchPlaces(context.config());
  } catch (const Error&) {
    return searchPlaces(Config());
  }
}

ExitCode create(Context& context, const NewOptions& options) {
  checkName(options.name);
  const auto folder = fs::path(options.output.empty() ? options.name : options.output).lexically_normal();
  checkPlace(folder);
  Json files = Json::array();
  for (const auto& file : templateFiles()) {
    if (file.language != options.language) continue;
    writeFile(folder, file, options.name);
    files.push_back(std::string(file.path));
  }
  const auto warning = takenName(options.name, placesOf(context));
  if (context.options.json) {
    const auto warnings = warning.empty() ? Json::array() : Json::array({warning});
    context.printJson(
        {{"folder", folder.string()}, {"language", options.language}, {"files", files}, {"warnings", warnings}});
  } else {
    printNext(context, options, folder);
    if (!warning.empty()) context.warn(warning);
  }
  return ExitCode::Ok;
}

}  // namespace

void registerPluginsNew(CLI::App& group, Context& context) {
  auto options = std::make_shared<NewOptions>();
  auto& command = addCommand(
      group, {"new",
              "Write a project for a backend of your own, which builds and passes its tests. Says so when another "
              "backend has the name, and which of them would be loaded.",
              {"tally plugins new mystore", "tally plugins new --lang rust mystore --output src"},
              {ExitCode::Failed, ExitCode::Permission, ExitCode::NoSpace}});
  command.add_option("NAME", options->name, "Name of the backend: lower-case letters, digits and '_'")->required();
  command.add_option("--lang", options->language, "Language; default: c++")
      ->check(CLI::IsMember({"c++", "c", "rust"}))
      ->type_name("c++|c|rust");
  command.add_option("--output", options->output, "Folder for it; default: NAME")->type_name("DIR");
  command.callback([options, &context] { context.action = [options, &context] { return create(context, *options); }; });
}

}  // namespace tally::cli
