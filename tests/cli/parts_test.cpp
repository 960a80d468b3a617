// The parts of the command line tool that are easier to prove alone than through a terminal.

#include <nlohmann/json.hpp>
#include "support/doctest.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include <array>
#include <fstream>
#include <string>

#include "config_values.hpp"
#include "exit_codes.hpp"
#include "init_template.hpp"
#include "json_tree.hpp"
#include "output.hpp"
#include "report_summary.hpp"
#include "step_view.hpp"
#include "support/temp_dir.hpp"
#include "table.hpp"
#include "taken_name.hpp"
#include "text.hpp"

namespace tally::cli {
namespace {

TEST_CASE("text: width counts columns, not bytes") {
  struct Row {
    const char* what;
    std::string_view text;
    int width;
  };
  const std::array rows = {
      Row{"letters", "abc", 3},         Row{"nothing", "", 0},           Row{"accent", "é", 1},
      Row{"combining", "e\xCC\x81", 1}, Row{"wide", "東京", 4},          Row{"emoji", "😀", 2},
      Row{"joiner", "a\u200Db", 2},     Row{"not UTF-8", "\xFF\xFE", 2}, Row{"cut character", "\xE6\x9D", 2}};
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(displayWidth(row.text) == row.width);
  }
}

TEST_CASE("text: a cut keeps whole characters and the width") {
  CHECK(cutToWidth("short", 5) == "short");
  CHECK(cutToWidth("longer", 5) == "long…");
  CHECK(cutToWidth("東京都", 5) == "東京…");
  CHECK(cutToWidth("東京都", 4) == "東…");
  for (int width = 1; width < 12; ++width) CHECK(displayWidth(cutToWidth("a東b京c都d", width)) <= width);
}

TEST_CASE("text: whatever drives a terminal becomes visible") {
  struct Row {
    const char* what;
    std::string_view text, shown;
  };
  const std::array rows = {Row{"escape", "\033[31m", "\\x1b[31m"},
                           Row{"bell", "\a", "\\x07"},
                           Row{"delete", "\x7F", "\\x7f"},
                           Row{"line feed", "a\nb", "a\\nb"},
                           Row{"carriage return", "a\rb", "a\\rb"},
                           Row{"control of the second set", "\xC2\x9B", "\\u{9b}"},
                           Row{"right to left override", "\u202E", "\\u{202e}"},
                           Row{"isolate", "\u2066", "\\u{2066}"},
                           Row{"surrogate", "\xED\xA0\x80", "\\xed\\xa0\\x80"},
                           Row{"overlong", "\xC0\xAF", "\\xc0\\xaf"},
                           Row{"harmless", "é 東 😀", "é 東 😀"}};
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(escaped(row.text) == row.shown);
  }
  CHECK(escapedLines("a\n\tb\033") == "a\n\tb\\x1b");
  CHECK(squeezed("  a \n\n b\t\r\nc  ") == "a b c");
}

TEST_CASE("text: UTF-8 is told from other bytes") {
  CHECK(isUtf8("é東😀"));
  CHECK(isUtf8(""));
  CHECK_FALSE(isUtf8("\xFF"));
  CHECK_FALSE(isUtf8("\xE6\x9D"));
}

/// What `use` writes to a descriptor, by a pipe.
template <typename Use>
std::string captured(Use use) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  {
    Output out(ends[1]);
    use(out);
    out.flush();
  }
  ::close(ends[1]);
  std::string text(65536, '\0');
  const auto size = ::read(ends[0], text.data(), text.size());
  ::close(ends[0]);
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

TEST_CASE("table: columns line up by width, numbers to the right") {
  Table table({{"NAME"}, {"COUNT", Align::Right}, {"END"}});
  table.add({"東京", "1", "x"});
  table.add({"a", "100", ""});
  ::unsetenv("COLUMNS");
  CHECK(captured([&](Output& out) { table.print(out, Style()); }) == "NAME  COUNT  END\n東京      1  x\na       100\n");
}

TEST_CASE("table: whole where there is no terminal, whatever COLUMNS says") {
  Table table({{"KEY"}, {"TEXT", Align::Left, true}});
  table.add({"a-key-that-is-never-cut", std::string(100, 'x')});
  ::setenv("COLUMNS", "40", 1);
  const auto text = captured([&](Output& out) { table.print(out, Style()); });
  ::unsetenv("COLUMNS");
  CHECK(text == "KEY                      TEXT\na-key-that-is-never-cut  " + std::string(100, 'x') + "\n");
}

TEST_CASE("output: a reader that is gone is no error of ours") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  ::close(ends[0]);
  ::signal(SIGPIPE, SIG_IGN);
  Output out(ends[1]);
  out.write("text");
  CHECK_THROWS_AS(out.flush(), BrokenPipe);
  ::close(ends[1]);
}

TEST_CASE("style: colours only where they are on") {
  CHECK(Style(false).paint(Tone::Bad, "x") == "x");
  CHECK(Style(true).paint(Tone::Bad, "x") == "\033[31mx\033[0m");
  CHECK(Style(true).paint(Tone::Plain, "x") == "x");
}

TEST_CASE("report: members of the wrong type count as absent") {
  const std::array<const char*, 7> odd = {"null",
                                          "[]",
                                          "{}",
                                          R"({"defs":7,"result":[]})",
                                          R"({"defs":{"evals":{"A":3}},"result":{"singleTurn":{"A":"x"}}})",
                                          R"({"result":{"singleTurn":{"A":{"byStepIndex":[null,7,{}]}}}})",
                                          R"({"result":{"scorers":{"A":null},"summaries":{"byEval":{"A":[]}}}})"};
  for (const auto* text : odd) {
    CAPTURE(text);
    for (const auto& eval : summarise(Json::parse(text))) {
      CHECK_FALSE(eval.mean);
      CHECK(eval.verdict.empty());
    }
  }
}

TEST_CASE("report: rates and mean are computed where no summary has them") {
  const auto evals = summarise(Json::parse(R"({"result":{"singleTurn":{"A":{"byStepIndex":[
    {"measurement":{"score":1},"outcome":{"verdict":"pass"}},
    {"measurement":{"score":0},"outcome":{"verdict":"unknown"}},
    {"measurement":{}}, null]}}}})"));
  REQUIRE(evals.size() == 1);
  CHECK(evals[0].kind == "singleTurn");
  CHECK(evals[0].count == 4);
  CHECK(evals[0].mean == 0.5);
  CHECK(evals[0].pass_rate == 0.5);
  CHECK(evals[0].unknown_rate == 0.5);
  CHECK(evals[0].verdict == "unknown");
}

TEST_CASE("report: a count that no number of values can be is not believed") {
  for (const auto* count : {"1e300", "-1", "18446744073709551616"}) {
    CAPTURE(count);
    const auto report = Json::parse(R"({"result":{"scorers":{"A":{}},"summaries":{"byEval":{"A":{"count":)" +
                                    std::string(count) + "}}}}}");
    CHECK(summarise(report).at(0).count == 0);
  }
}

TEST_CASE("report: a policy reads as words") {
  struct Row {
    const char *policy, *text;
  };
  const std::array rows = {Row{R"({"kind":"number","type":"threshold","passAt":0.7})", ">= 0.7"},
                           Row{R"({"kind":"number","type":"range","min":1,"max":3})", "1 to 3"},
                           Row{R"({"kind":"number","type":"range","max":3})", "<= 3"},
                           Row{R"({"kind":"boolean","passWhen":true})", "is true"},
                           Row{R"({"kind":"ordinal","passWhenIn":["a","b"]})", R"(in ["a","b"])"},
                           Row{R"({"kind":"custom"})", "custom"},
                           Row{R"({"kind":"none"})", ""}};
  for (const auto& row : rows) {
    CAPTURE(row.policy);
    const auto report = Json::parse(std::string(R"({"defs":{"evals":{"A":{"verdict":)") + row.policy + "}}}}");
    CHECK(summarise(report).at(0).threshold == row.text);
  }
}

TEST_CASE("step: odd content is shown, never refused") {
  const auto views = messagesOf(Step::parse(R"({"stepIndex":0,"input":{"role":7},"output":[
    {"role":"assistant","content":[{"type":"image"},"plain",{"type":"tool-call"},{"x":1}]},
    {"content":{"a":1}}]})"));
  REQUIRE(views.size() == 3);
  CHECK(views[0].role == "?");
  CHECK(views[0].text == R"({"role":7})");
  CHECK(views[1].text == "[image]\nplain\n→ ? {}\n{\"x\":1}");
  CHECK(views[2].text == R"({"a":1})");
}

TEST_CASE("json tree: what has no tree form is text as it is stored") {
  struct Row {
    const char *stored, *shown;
  };
  const std::array rows = {
      Row{R"([1.5,-2,1e999,-1e999])", R"([1.5,-2,"1e999","-1e999"])"}, Row{R"(["\ud83d"])", R"(["\\ud83d"])"},
      Row{R"(["a\ud83d\ude00b \udead \ud83d\n"])", R"(["a😀b \\udead \\ud83d\n"])"},
      Row{R"({"\ud83d":"\\","b":"1e999 \" 7","c":1e999})", R"({"\\ud83d":"\\","b":"1e999 \" 7","c":"1e999"})"},
      Row{R"([true,null,{"a":[]}])", R"([true,null,{"a":[]}])"}};
  for (const auto& row : rows) {
    CAPTURE(row.stored);
    CHECK(treeOf(row.stored).dump() == row.shown);
  }
}

TEST_CASE("config: the password of a URL is hidden, rather too much than too little") {
  CHECK(withoutPassword("redis://me:secret@host:6379/0") == "redis://me:******@host:6379/0");
  CHECK(withoutPassword("redis://:secret@host") == "redis://:******@host");
  CHECK(withoutPassword("redis://:p@ss@host/x") == "redis://:******@host/x");
  CHECK(withoutPassword("redis://u:p1@h1,redis://u:p2@h2/0") == "redis://u:******@h2/0");
  CHECK(withoutPassword("redis://u:p/w@host") == "redis://u:******@host");
  CHECK(withoutPassword("redis://u:p?w#x@host/0") == "redis://u:******@host/0");
  CHECK(withoutPassword("redis://host:6379/0") == "redis://host:6379/0");
  CHECK(withoutPassword("redis://me@host") == "redis://me@host");
  CHECK(withoutPassword("a:b@c") == "a:b@c");
}

TEST_CASE("init: what the template gives as a default is read back as that default") {
  PluginNote note;
  const auto add = [&](const char* name, PluginOption::Type type, const char* value) {
    note.options.push_back({name, type, "What it is.\n", value, true, false, {}, {}, {}});
  };
  const std::string odd = "a\"b\\c: # ${HOME}$\tä\n";
  add("odd", PluginOption::Type::Text, odd.c_str());
  add("none", PluginOption::Type::Text, "null");
  add("seeds", PluginOption::Type::List, "a, b");
  add("size", PluginOption::Type::Integer, "42");
  const test::TempDir dir;
  std::ofstream(dir.path() / "tally.yaml") << configurationTemplate("acme", note);
  auto options = loadConfig({{}, dir.path(), {}, {}}).storage.sections.at("acme");
  CHECK(std::get<std::string>(options["odd"].value) == odd);
  CHECK(std::get<std::string>(options["none"].value) == "null");
  CHECK(std::get<OptionValue::List>(options["seeds"].value) == OptionValue::List{"a, b"});
  CHECK(std::get<std::int64_t>(options["size"].value) == 42);
}

TEST_CASE("plugins new: who wins where two plugins have one name") {
  const test::TempDir dir;
  const auto folder = [&](const char* name) { return dir.path() / name; };
  const std::vector<SearchPlace> places = {{folder("a"), "plugins.searchPath", ""},
                                           {folder("b"), "beside the core library", ""},
                                           {folder("c"), "local installations", ""},
                                           {folder("d"), "system installations", ""}};
  struct Row {
    const char *where, *says;
  };
  const std::array rows = {Row{"b", "/b/libtally_s2.so (beside the core library) wins over yours in /usr/local/"},
                           Row{"c", "yours takes the place of "},
                           Row{"d", "yours in /usr/local/lib/tally/plugins wins over "}};
  CHECK(takenName("mine", places).empty());
  CHECK(takenName("s2", places).find("where that is installed with the core library, it wins") != std::string::npos);
  for (const auto& row : rows) {
    CAPTURE(row.where);
    std::filesystem::create_directory(folder(row.where));
    const auto file = folder(row.where) / "libtally_s2.so";
    std::ofstream(file) << "x";
    CHECK(takenName("s2", places).find(row.says) != std::string::npos);
    CHECK(takenName("s2", places).find(file.string()) != std::string::npos);
    std::filesystem::remove(file);
  }
  std::filesystem::create_directory(folder("a"));
  std::ofstream(folder("a") / "libtally_s2.so") << "x";
  auto ignored = places;
  ignored[0].ignored = "not an absolute folder";
  CHECK(takenName("s2", ignored).find("/a/libtally_s2.so") == std::string::npos);
}

TEST_CASE("exit codes: every error has one, unknown numbers too") {
  CHECK(exitCodeOf(ErrorCode::NotFound) == ExitCode::Failed);
  CHECK(exitCodeOf(ErrorCode::InvalidId) == ExitCode::Usage);
  CHECK(exitCodeOf(ErrorCode::ConfigUnknownKey) == ExitCode::Config);
  CHECK(exitCodeOf(ErrorCode::PluginInitFailed) == ExitCode::Plugin);
  CHECK(exitCodeOf(ErrorCode::Timeout) == ExitCode::Unavailable);
  CHECK(exitCodeOf(ErrorCode::Unauthenticated) == ExitCode::Permission);
  CHECK(exitCodeOf(ErrorCode::Corrupt) == ExitCode::Data);
  CHECK(exitCodeOf(ErrorCode::NoSpace) == ExitCode::NoSpace);
  CHECK(exitCodeOf(static_cast<ErrorCode>(-99)) == ExitCode::Failed);
}

}  // namespace
}  // namespace tally::cli
