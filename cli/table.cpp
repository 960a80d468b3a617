#include "table.hpp"

#include <algorithm>
#include <numeric>

#include "text.hpp"

namespace tally::cli {
namespace {

constexpr int kGap = 2;
constexpr int kNarrowest = 12;

int total(const std::vector<int>& widths) {
  return std::accumulate(widths.begin(), widths.end(), kGap * (static_cast<int>(widths.size()) - 1));
}

}  // namespace

void Table::add(std::vector<Cell> row) {
  for (auto& cell : row) cell.text = escaped(cell.text);
  rows_.push_back(std::move(row));
}

std::vector<int> Table::widths(int available) const {
  std::vector<int> widths;
  for (const auto& column : columns_) widths.push_back(displayWidth(column.title));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], displayWidth(row[i].text));
  }
  // The widest flexible column gives way first, so that several share the loss.
  while (available > 0 && total(widths) > available) {
    std::size_t widest = columns_.size();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const bool can_shrink = columns_[i].flexible && widths[i] > kNarrowest;
      if (can_shrink && (widest == columns_.size() || widths[i] > widths[widest])) widest = i;
    }
    if (widest == columns_.size()) break;
    --widths[widest];
  }
  return widths;
}

void Table::printRow(Output& out, const Style& style, const std::vector<Cell>& row,
                     const std::vector<int>& widths) const {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const auto text = columns_[i].flexible ? cutToWidth(row[i].text, widths[i]) : row[i].text;
    const std::string padding(static_cast<std::size_t>(std::max(0, widths[i] - displayWidth(text))), ' ');
    if (i != 0) line.append(kGap, ' ');
    if (columns_[i].align == Align::Right) line += padding;
    line += style.paint(row[i].tone, text);
    const bool last = i + 1 == row.size();
    if (columns_[i].align == Align::Left && !last) line += padding;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out.line(line);
}

void Table::print(Output& out, const Style& style) const {
  const auto all_widths = widths(out.width());
  std::vector<Cell> titles;
  for (const auto& column : columns_) titles.emplace_back(column.title, Tone::Strong);
  printRow(out, style, titles, all_widths);
  for (const auto& row : rows_) printRow(out, style, row, all_widths);
}

}  // namespace tally::cli
