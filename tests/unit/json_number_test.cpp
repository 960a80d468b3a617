// Numbers that no double holds: JSON allows them in any notation, and none may be taken for what it is not.
#include <limits>
#include <string>

#include "documents/json_number.hpp"
#include "support/doctest.hpp"
#include "support/documents.hpp"
#include "tally/documents.hpp"
#include "tally/error.hpp"

using tally::Schema;
using tally::Step;
using tally::detail::numberOf;
using tally::test::codeOf;

namespace {

const std::string kZeros(400, '0');

std::string stepOf(const std::string& index) { return R"({"stepIndex":)" + index + R"(,"input":{},"output":[]})"; }

}  // namespace

TEST_CASE("json: a number beyond a double is told by its digits and its exponent together") {
  constexpr double kHuge = std::numeric_limits<double>::infinity();
  constexpr double kTiny = std::numeric_limits<double>::denorm_min();
  struct Row {
    std::string text;
    double value;
  };
  const Row rows[] = {{"1.5", 1.5},
                      {"-0", 0},
                      {"1e400", kHuge},
                      {"1E+400", kHuge},
                      {"-1e400", -kHuge},
                      {"1e-400", kTiny},
                      {"-1E-400", -kTiny},
                      {"0." + kZeros + "1", kTiny},
                      {"0." + kZeros + "1e1", kTiny},
                      {"0." + kZeros + "1e+800", kHuge},
                      {"1" + kZeros, kHuge},
                      {"1" + kZeros + ".0", kHuge},
                      {"1" + kZeros + "e-1", kHuge},
                      {"-1" + kZeros + "E-1", -kHuge},
                      {"1" + kZeros + "e-800", kTiny},
                      {"1e99999999999999999999", kHuge},
                      {"1e-99999999999999999999", kTiny},
                      {"1e9223372036854775807", kHuge},
                      {"1e-9223372036854775807", kTiny},
                      {"0e99999999999999999999", 0},
                      {"0." + kZeros + "e5", 0}};
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(numberOf(row.text) == row.value);
  }
}

TEST_CASE("documents: a stepIndex is whole in any notation, and no huge or tiny number is taken for 0") {
  CHECK(Step::parse(stepOf("70e-1")).index() == 7);
  CHECK(Step::parse(stepOf("0.03e2")).index() == 3);
  for (const std::string& index : {"1" + kZeros + "e-1", "0." + kZeros + "1", std::string("1e-400")}) {
    CAPTURE(index);
    CHECK(codeOf([&] { Step::parse(stepOf(index)); }) == tally::ErrorCode::InvalidDocument);
  }
}

TEST_CASE("schema: a score is from 0 to 1, also when it is too small for a double") {
  auto report = tally::test::tallyRun();
  const auto faultsWith = [&](const std::string& rate) {
    report.setMember("result", R"({"stepCount":1,"singleTurn":{},"multiTurn":{"E":{"evalRef":"E","measurement":)"
                               R"({"metricRef":"m","score":)" +
                                   rate + "}}},\"scorers\":{}}");
    return schemaFaults(Schema::TallyRun, report.text()).size();
  };
  CHECK(faultsWith("0.5") == 0);
  CHECK(faultsWith("0." + kZeros + "1") == 0);
  CHECK(faultsWith("1e-400") == 0);
  CHECK(faultsWith("1" + kZeros + "e-1") == 1);
  CHECK(faultsWith("-1" + kZeros + "e-1") == 1);
}
