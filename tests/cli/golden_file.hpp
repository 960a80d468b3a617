#pragma once
// The files that say what the command prints:
//
//   # a comment
//   $ tally ls                   a command line for sh, run in a fresh folder; the folder is kept from line to line
//   ? 1                          the exit status expected; without it 0
//   > CONVERSATION               a line of standard output
//   > run-*                      '*' stands for any text of a line
//   > ...                        any number of lines, also none
//   > @json                      the whole output is one JSON document
//   > @json /0/id "conv-1"       and the value at this JSON pointer is that
//   ! tally: no *                the same for standard error
//
// What is not mentioned must not be printed. Variables: DATA is the folder tests/cli/data.

#include <string>
#include <vector>

namespace golden {

struct Expectation {
  std::string command;
  int line = 0;
  int status = 0;
  std::vector<std::string> out, err;
};

/// Errors: std::runtime_error with the line that makes no sense.
std::vector<Expectation> readGoldenFile(const std::string& path);

/// What differs between the lines expected and the text printed; empty if they agree.
std::string difference(const std::vector<std::string>& expected, const std::string& printed);

}  // namespace golden
