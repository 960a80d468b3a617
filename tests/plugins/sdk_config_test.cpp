// What a plugin's author reads of options that are not there, or are of another type.

#include "tally/sdk/config.hpp"

#include "support/doctest.hpp"

namespace {

/// A host that knows one option, "name", a text.
tally_config oneText() {
  tally_config view{};
  view.struct_size = sizeof view;
  view.get = [](void*, const tally_str* name, tally_value* value) -> std::int32_t {
    if (std::string_view(name->data, name->size) != "name") return TALLY_E_NOT_FOUND;
    value->kind = TALLY_VALUE_TEXT;
    value->text = {"x", 1};
    return TALLY_OK;
  };
  return view;
}

}  // namespace

TEST_CASE("sdk config: what is not set is not told as a wrong type") {
  const tally_config view = oneText();
  const tally::sdk::Config config(view);
  CHECK(config.text("name") == "x");
  CHECK(tally::test::codeOf([&] { config.integer("limti"); }) == tally::ErrorCode::InvalidConfig);
  CHECK(tally::test::messageOf([&] { config.integer("limti"); }) ==
        "option 'limti' is not set and has no default, or is none of the plugin's");
}

TEST_CASE("sdk config: another type than published is the plugin's fault") {
  const tally_config view = oneText();
  const tally::sdk::Config config(view);
  CHECK(tally::test::codeOf([&] { config.integer("name"); }) == tally::ErrorCode::PluginFault);
  CHECK(tally::test::messageOf([&] { config.integer("name"); }) ==
        "the plugin reads option 'name' as another type than it publishes");
}
