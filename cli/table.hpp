#pragma once
// A table for people: columns as wide as their content, cut to the terminal where that is too wide.

#include <string>
#include <utility>
#include <vector>

#include "output.hpp"

namespace tally::cli {

enum class Align { Left, Right };

struct Column {
  std::string title;
  Align align = Align::Left;
  bool flexible = false;  ///< may be cut when the table is wider than the terminal
};

struct Cell {
  Cell(std::string cell_text) : text(std::move(cell_text)) {}  // NOLINT: converts on purpose
  Cell(const char* cell_text) : text(cell_text) {}             // NOLINT: converts on purpose
  Cell(std::string cell_text, Tone cell_tone) : text(std::move(cell_text)), tone(cell_tone) {}
  std::string text;
  Tone tone = Tone::Plain;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// Add a row with one cell a column. Control characters in the text are escaped here.
  void add(std::vector<Cell> row);
  bool empty() const noexcept { return rows_.empty(); }
  void print(Output& out, const Style& style) const;

 private:
  std::vector<int> widths(int available) const;
  void printRow(Output& out, const Style& style, const std::vector<Cell>& row, const std::vector<int>& widths) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace tally::cli
