#pragma once
// A plugin's file as a storage under test: loaded by createStorage, on places that the tool makes.
//
// {dir} in a value stands for a folder of the run, {place} for a name that no other case uses at the same time. A
// plugin that publishes an option `path` and is not told one gets {dir}/{place}. Nothing is opened in the process that
// runs the cases; the children find out what the storage is like.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "option_view.hpp"
#include "settings.hpp"
#include "tally/config.hpp"
#include "tally/conformance/harness.hpp"
#include "tally/plugin_info.hpp"
#include "work_folder.hpp"

namespace tally::conformance {

class PluginHarness final : public Harness {
 public:
  /// Read the plugin's note and see in child processes how the storage behaves.
  /// Errors: tally::Error for a configuration that is wrong; CantOpen for a plugin that can't be loaded, a storage that
  /// can't be opened, or one that is not empty.
  explicit PluginHarness(const Settings& settings);

  std::string name() const override;
  std::shared_ptr<IStorage> open() override;
  void clear() override;
  unsigned places() const override;
  void choosePlace(unsigned number) override { place_ = number; }
  bool processes() const override { return kind_ == Kind::Shared; }
  bool throughHost() const override { return true; }
  std::filesystem::path folder() const override { return keys_are_files_ ? storePath() : std::filesystem::path(); }
  std::shared_ptr<IStorage> openSecond() override;
  std::shared_ptr<IStorage> openSmall(std::uint64_t bytes) override;
  std::shared_ptr<IStorage> openLimited(std::uint64_t bytes) override;
  std::vector<std::string> secrets() const override;
  std::string server() const override;
  std::shared_ptr<IStorage> openAt(const std::string& address) override;
  std::string reply(Reply kind) const override;
  std::shared_ptr<IStorage> openWrong(Wrong what) override;
  bool plantForeign(const std::string& key) override;
  bool hasPlugin() const override { return true; }
  const tally_plugin* plugin() override;
  const tally_config* pluginOptions() override;
  std::filesystem::path pluginFile() const override { return settings_.file; }
  std::vector<std::string> internalNames() const override { return settings_.internal_names; }
  std::vector<Deviation> deviations() const override { return settings_.deviations; }

  const PluginNote& note() const noexcept { return note_; }
  /// The configuration for the present place, with more options set.
  Config configWith(const OptionValues& more) const;

 private:
  /// Who sees what a handle has written.
  enum class Kind { OneHandle, OneProcess, Shared };
  struct PlaceName {
    std::string dir, place;
  };

  Config configFor(const PlaceName& where, const OptionValues& more) const;
  PlaceName here(const char* suffix = "") const;
  std::shared_ptr<IStorage> openWith(const PlaceName& where, const OptionValues& more = {}) const;
  std::string keyOf(const std::string& option) const;
  bool needsPath() const;
  bool mentions(const char* placeholder) const;
  std::filesystem::path storePath() const;
  void lookAtPlace();
  void checkProxied() const;
  void refuseForeignData();

  Settings settings_;
  WorkFolder folder_;
  PluginNote note_;
  Kind kind_ = Kind::Shared;
  bool in_folder_ = false;       // the data lies in {dir}
  bool many_places_ = false;     // values differ from place to place
  bool keys_are_files_ = false;  // below storePath()
  unsigned place_ = 0;
  std::unique_ptr<OptionView> options_;
  std::shared_ptr<IStorage> only_handle_, only_second_;  // of a storage whose handles share nothing
};

}  // namespace tally::conformance
