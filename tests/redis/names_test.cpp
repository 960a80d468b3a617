// How keys and scripts are called on the server, and how the address is read.

#include <rapidcheck.h>

#include <array>

#include "redis/lua/scripts.hpp"
#include "redis/names/key_names.hpp"
#include "redis/redis_url.hpp"
#include "redis/servers/cluster_slot.hpp"
#include "support/doctest.hpp"
#include "tally/path.hpp"

using namespace tally;
using redis::KeyNames;
using redis::parseUrl;
using test::codeOf;
using test::messageOf;

namespace {

struct Name {
  const char* key;
  const char* stream;
};

constexpr Name kNames[] = {
    {"conversations/conv-1/conversation.jsonl", "tally:conversations:conv-1:conversation"},
    {"conversations/conv-1/meta.json", "tally:conversations:conv-1:meta"},
    {"conversations/conv-1/trajectory.meta.json", "tally:conversations:conv-1:trajectory.meta.json"},
    {"conversations/conv-1/runs/tally/run-1.json", "tally:conversations:conv-1:runs:tally:run-1"},
    {"conversation", "tally:conversation."},
    {"conversation.json", "tally:conversation.json"},
    {"a.b.json", "tally:a.b.json"},
    {".json", "tally:.json"},
    {"plain", "tally:plain."},
    {"dot.", "tally:dot.."},
    {"a:b/50%.json", "tally:a%3Ab:50%25"},
    {"x.json/y.json", "tally:x.json:y"},
};

// Keys of the signs that the rule is about, where every mistake shows.
rc::Gen<std::string> oddKeys() {
  const auto piece = rc::gen::element<std::string>(".", ":", "%", "{", "}", "a", "json", ".json", "conversation",
                                                   ".jsonl", "25", "3A", "\xc3\xa9", "/");
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece), [](const std::vector<std::string>& pieces) {
    std::string key;
    for (const auto& one : pieces) key += one;
    return key;
  });
}

}  // namespace

TEST_CASE("names: each key has its name on the server, and the way back is exact") {
  const KeyNames names("tally:");
  for (const auto& row : kNames) {
    CAPTURE(row.key);
    CHECK(names.stream(row.key) == row.stream);
    CHECK(names.key(row.stream) == std::string(row.key));
  }
}

TEST_CASE("names: every legal key comes back, and no two share a name (bugs 15 and 16)") {
  const KeyNames names("tally:");
  const bool held = rc::check([&] {
    const std::string key = *oddKeys(), other = *oddKeys();
    RC_PRE(path::problem(key).empty() && path::problem(other).empty());
    RC_ASSERT(names.key(names.stream(key)) == key);
    RC_ASSERT((names.stream(key) == names.stream(other)) == (key == other));
    RC_ASSERT(names.stream(key).find("%{") == std::string::npos);
  });
  CHECK(held);
}

TEST_CASE("names: our own and those of others are no keys") {
  const KeyNames names("tally:");
  for (const auto* name : {"tally:%{tally:index}:", "tally:%{tally:index}%doubts", "tally:%landed{tally:x}", "other:x",
                           "tally:", "tally:a::b", "tally:%41", "tally:conversation.jsonl", "tally:x.json"}) {
    CAPTURE(name);
    const auto key = names.key(name);
    CHECK((!key || names.stream(*key) == name));
    if (std::string_view(name).find('%') != std::string_view::npos) CHECK_FALSE(key.has_value());
  }
}

TEST_CASE("names: the tokens of an object are in the slot of its stream") {
  for (const auto* prefix : {"tally:", "", "{all}:"}) {
    const KeyNames names{std::string(prefix)};
    CHECK(redis::slotOf(names.indexRoot()) == redis::slotOf(names.doubts()));
    const bool held = rc::check([&] {
      const std::string key = *oddKeys();
      RC_PRE(path::problem(key).empty());
      const std::string stream = names.stream(key);
      RC_ASSERT(redis::slotOf(names.tokens(stream)) == redis::slotOf(stream));
    });
    CHECK(held);
  }
}

TEST_CASE("names: a prefix that is also how others begin is refused (bug 26)") {
  for (const auto* prefix : {"zz", "{", "a{:", "}a{:", "{}:"}) {
    CAPTURE(prefix);
    CHECK(codeOf([&] { KeyNames{std::string(prefix)}; }) == ErrorCode::InvalidConfig);
  }
}

TEST_CASE("slots: are those of the cluster specification") {
  CHECK(redis::slotOf("123456789") == 0x31C3 % redis::kSlots);
  CHECK(redis::slotOf("{user1000}.following") == redis::slotOf("{user1000}.followers"));
  CHECK(redis::slotOf("foo{}{bar}") != redis::slotOf("bar"));
  CHECK(redis::slotOf("foo{{bar}}zap") == redis::slotOf("{bar"));
  CHECK(redis::slotOf(redis::tagOfSlot(4711)) == 4711);
}

TEST_CASE("scripts: are called by the digest that sha1sum prints") {
  const redis::Script one{"return 1"}, two{"a", "b"};
  CHECK(one.source() == "return 1\n");
  CHECK(one.digest() == "48df9b519ca145c867b895f740b37bd891e887af");
  CHECK(two.source() == "a\nb\n");
  CHECK(two.digest() == "05dec960e24d918b8a73a1c53bcbbaac2ee5c2e0");
}

TEST_CASE("url: hosts, user, password and database") {
  const auto plain = parseUrl("redis://example");
  CHECK(plain.endpoints.front().text() == "example:6379");
  CHECK(plain.password.empty());
  const auto all = parseUrl("rediss://me:p%40ss%3Aword@h1:7000,[::1]:7001/3");
  CHECK(all.tls);
  CHECK(all.user == "me");
  CHECK(all.password == "p@ss:word");
  CHECK(all.database == 3);
  REQUIRE(all.endpoints.size() == 2);
  CHECK(all.endpoints[1].text() == "[::1]:7001");
  const auto socket = parseUrl("unix://:secret@/run/redis/r.sock?db=2");
  CHECK(socket.endpoints.front().text() == "/run/redis/r.sock");
  CHECK(socket.password == "secret");
  CHECK(socket.database == 2);
}

TEST_CASE("url: what can't be read is InvalidConfig, and shows no password") {
  for (const auto* url :
       {"", "example:6379", "http://:hunter2@h", "redis://", "redis://hunter2@h", "redis://:hunter2@h:x",
        "redis://:hunter2@h:70000", "redis://:hunter2@h/one", "redis://u:@h", "redis://:hunter2%4@h",
        "unix://:hunter2@relative", "unix:///s?database=1", "redis://[::1", "redis://h,,h"}) {
    CAPTURE(url);
    CHECK(codeOf([&] { parseUrl(url); }) == ErrorCode::InvalidConfig);
    CHECK(messageOf([&] { parseUrl(url); }).find("hunter2") == std::string::npos);
  }
}
