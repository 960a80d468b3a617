#pragma once
// Runs command lines in a fresh folder with an environment of their own.

#include <filesystem>
#include <string>

namespace golden {

struct Outcome {
  int status = 0;  ///< exit status; 128 + the signal's number after a signal
  std::string out, err;
};

/// A folder for one test, removed with everything in it.
class Sandbox {
 public:
  /// `bin` is the folder of the command under test, `data` becomes the variable DATA.
  Sandbox(std::filesystem::path bin, std::filesystem::path data);
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;
  ~Sandbox();

  /// Run a line by sh with nothing on standard input.
  Outcome run(const std::string& command) const;

 private:
  std::filesystem::path bin_, data_, root_;
};

}  // namespace golden
