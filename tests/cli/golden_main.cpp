// cli_golden BIN DATA FILE: run every command of a golden file and compare. Says all that differs, then exits with 1.

#include <exception>
#include <iostream>

#include "golden_file.hpp"
#include "shell.hpp"

namespace {

int runFile(const char* bin, const char* data, const std::string& path) {
  const golden::Sandbox sandbox(bin, data);
  const auto all = golden::readGoldenFile(path);
  int failures = all.empty() ? 1 : 0;
  for (const auto& one : all) {
    const auto outcome = sandbox.run(one.command);
    const auto out = golden::difference(one.out, outcome.out);
    const auto err = golden::difference(one.err, outcome.err);
    if (outcome.status == one.status && out.empty() && err.empty()) continue;
    ++failures;
    std::cout << path << ":" << one.line << ": $ " << one.command << "\n";
    if (outcome.status != one.status) std::cout << "  status " << outcome.status << ", expected " << one.status << "\n";
    if (!out.empty()) std::cout << "  standard output differs: " << out;
    if (!err.empty()) std::cout << "  standard error differs: " << err;
  }
  std::cout << all.size() << " command(s), " << failures << " failure(s)\n";
  return failures == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc == 4) return runFile(argv[1], argv[2], argv[3]);
  std::cerr << "usage: cli_golden BIN DATA FILE\n";
  return 2;
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 2;
}
