// Runs a fuzz target on its corpus and on mutations of it, the same ones each time: what the fuzzer once found stays
// found, on every compiler and without libFuzzer.
//
//   replay ROUNDS FILE_OR_FOLDER...

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "fuzz/fuzz.hpp"

namespace {

namespace fs = std::filesystem;

void run(const std::string& bytes) {
  // Of the exact size, so that a sanitizer sees one byte too many.
  const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

std::string bytesOf(const fs::path& file) {
  std::ostringstream bytes;
  bytes << std::ifstream(file, std::ios::binary).rdbuf();
  return std::move(bytes).str();
}

std::vector<std::string> corpusOf(int count, char** arguments) {
  std::vector<fs::path> files;
  for (int i = 2; i < count; ++i) {
    if (!fs::is_directory(arguments[i])) files.emplace_back(arguments[i]);
    if (!fs::is_directory(arguments[i])) continue;
    for (const auto& entry : fs::directory_iterator(arguments[i])) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> corpus;
  for (const auto& file : files) corpus.push_back(bytesOf(file));
  return corpus;
}

std::string mutated(std::string bytes, std::mt19937& random) {
  const auto below = [&](std::size_t limit) { return random() % std::max<std::size_t>(limit, 1); };
  for (auto changes = 1 + below(4); changes > 0; --changes) {
    const auto at = below(bytes.size());
    switch (below(4)) {
      case 0: bytes.resize(at); break;
      case 1: bytes.insert(at, 1, static_cast<char>(random())); break;
      case 2:
        if (!bytes.empty()) bytes[at] = static_cast<char>(random());
        break;
      default: bytes.insert(at, bytes.substr(below(bytes.size()), below(64)));
    }
  }
  return bytes;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return EXIT_FAILURE;
  const auto corpus = corpusOf(count, arguments);
  if (corpus.empty()) {
    std::cerr << "the corpus is empty\n";
    return EXIT_FAILURE;
  }
  std::mt19937 random(42);
  run({});
  for (const auto& bytes : corpus) run(bytes);
  const int rounds = std::stoi(arguments[1]);
  for (int i = 0; i < rounds; ++i) run(mutated(corpus[random() % corpus.size()], random));
  std::cout << corpus.size() << " files and " << rounds << " mutations of them\n";
  return EXIT_SUCCESS;
}
