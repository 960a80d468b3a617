#include "step_print.hpp"

#include <algorithm>

#include "step_view.hpp"
#include "text.hpp"

namespace tally::cli {

Tone toneOf(const std::string& role) { return role == "user" ? Tone::Strong : Tone::Plain; }

void printFull(Context& context, const Step& step) {
  const auto style = context.style();
  const auto title =
      fmt::format("step {}{}", step.index(), step.timestamp() ? "  " + escaped(*step.timestamp()) : std::string());
  context.out.line(style.paint(Tone::Strong, title));
  for (const auto& message : messagesOf(step)) {
    context.out.print("{}:\n{}\n", style.paint(Tone::Faint, escaped(message.role)), escapedLines(message.text));
  }
  context.out.write("\n");
}

void printLines(Context& context, const Step& step) {
  constexpr int kIndexWidth = 4, kRoleWidth = 9, kNarrowest = 12;
  constexpr int kBefore = kIndexWidth + 2 + kRoleWidth + 2;
  const int width = context.out.width() == 0 ? 0 : std::max(kNarrowest, context.out.width() - kBefore);
  const auto style = context.style();
  std::string index = std::to_string(step.index());
  for (const auto& message : messagesOf(step)) {
    const auto text = squeezed(message.text);
    const auto role = style.paint(toneOf(message.role), fmt::format("{:<{}}", escaped(message.role), kRoleWidth));
    context.out.print("{:>{}}  {}  {}\n", index, kIndexWidth, role, width == 0 ? text : cutToWidth(text, width));
    index.clear();
  }
}

}  // namespace tally::cli
