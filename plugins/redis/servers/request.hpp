#pragma once
// What is asked of a server, and what became of it.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "redis/wire/command.hpp"
#include "redis/wire/failures.hpp"
#include "redis/wire/reply.hpp"

namespace tally::redis {

/// What a repetition would do, when it is not known whether the request was carried out.
enum class Effect {
  Reads,    ///< nothing: it may be repeated
  Settles,  ///< nothing: repeating it is harmless, and so is not knowing whether it happened
  Once,     ///< nothing: it carries a token, so the server carries it out once; given up, it may have happened
  Changes,  ///< perhaps the same once more, over what others did meanwhile: never repeated
};

/// One command for the server that has `key`.
struct Request {
  Command command;
  std::string key;
  Effect effect = Effect::Reads;
  std::uint64_t only_on = 0;  ///< not 0: to be sent alone, on the connection of that number, else not at all
};

/// What became of a request: a reply, which may be an error of the server, or the reason why there is none.
struct Answer {
  enum class Again { No, Now, Later };

  Reply reply;
  std::optional<Error> failure;
  Again again = Again::Later;    ///< whether to try (again); a request that was never tried is tried
  std::uint64_t connection = 0;  ///< the number of the one that it was sent on; 0: it was not
  bool left_open = false;        ///< it was sent once without an answer

  /// Errors: `failure`, or errorOf() of the reply.
  ReplyView value() const {
    if (failure) throw *failure;
    return checked(viewOf(reply));
  }
};

class Node;

/// A server to ask for a key.
struct Place {
  std::shared_ptr<Node> node;
  bool asking = false;  ///< it is only about to get the key's slot
};

/// A request on its way.
struct Attempt {
  Request* request = nullptr;
  Answer* answer = nullptr;
  std::optional<Place> place = std::nullopt;  ///< the node that a cluster named for just this one

  bool asking() const noexcept { return place && place->asking; }
};

}  // namespace tally::redis
