#pragma once
// A plugin's C interface without a host in between, for cases about the interface itself.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tally/conformance/case.hpp"
#include "tally/plugin_abi.h"

namespace tally::conformance {

/// The plugin of the harness, initialised with a host that only has clocks.
const tally_plugin& initialised(Context& context);

/// Its factory. Throws Failure if there is none.
const tally_storage_factory& factoryOf(const tally_plugin& plugin);

/// Ids that look like a known one, and must not be taken for it.
std::vector<std::string> oddIds(const std::string& known);

tally_str strOf(std::string_view text) noexcept;
tally_error freshError() noexcept;
tally_call freshCall() noexcept;
tally_stat freshStat() noexcept;

/// An open storage behind its table.
class RawStorage {
 public:
  explicit RawStorage(Context& context);
  RawStorage(const RawStorage&) = delete;
  RawStorage& operator=(const RawStorage&) = delete;
  ~RawStorage();

  const tally_storage_ops& ops() const noexcept { return *storage_.ops; }
  void* self() const noexcept { return storage_.self; }

  /// Plain calls that must succeed.
  void write(std::string_view key, std::string_view content) const;
  std::string read(std::string_view key) const;

 private:
  tally_storage storage_{};
};

/// That `code` is `expected`. `what` names the call.
void expectCode(const std::string& what, std::int32_t code, std::int32_t expected);

/// Memory for one struct that ends where the process may touch nothing: reading or writing behind it is a crash.
class Walled {
 public:
  explicit Walled(std::size_t size);
  Walled(const Walled&) = delete;
  Walled& operator=(const Walled&) = delete;
  ~Walled();
  /// A copy of `value`, up against the wall.
  template <typename Struct>
  Struct* hold(const Struct& value) {
    return static_cast<Struct*>(holdBytes(&value, sizeof value));
  }

 private:
  void* holdBytes(const void* bytes, std::size_t size);
  char* pages_;
  std::size_t page_;
};

std::vector<Case> pluginAbilityCases();
std::vector<Case> pluginTableCases();
std::vector<Case> pluginProcessCases();

}  // namespace tally::conformance
