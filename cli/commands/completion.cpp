#include "completion.hpp"

#include <memory>

#include "commands/command.hpp"

namespace tally::cli {

void registerCompletion(CLI::App& app, Context& context) {
  auto shell = std::make_shared<std::string>();
  auto& command = addCommand(
      app, {"completion",
            "Print a completion script for a shell. It also offers names of conversations and runs in the store.",
            {"source <(tally completion bash)", "tally completion fish | source"},
            {}});
  command.add_option("SHELL", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command.callback([&app, &context, shell] {
    context.action = [&app, &context, shell] {
      const auto make = *shell == "bash" ? bashCompletion : *shell == "zsh" ? zshCompletion : fishCompletion;
      context.out.write(make(app));
      return ExitCode::Ok;
    };
  });
}

}  // namespace tally::cli
