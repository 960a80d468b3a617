#include "redis/objects/object_content.hpp"

#include <cstring>

namespace tally::redis {

void Pieces::deliver(ByteSink& out) const {
  if (list_.size() == 1) return out.put(list_.front());
  if (size_ == 0) return;
  char* room = out.grow(size_);
  for (const auto piece : list_) {
    std::memcpy(room, piece.data(), piece.size());
    room += piece.size();
  }
  out.commit(size_);
}

std::string_view Pieces::joined(std::string& room) const {
  if (list_.size() == 1) return list_.front();
  room.clear();
  room.reserve(size_);
  for (const auto piece : list_) room.append(piece);
  return room;
}

ObjectContent assemble(ReplyView entries) {
  ObjectContent content;
  StreamEntry& last = content.last;
  std::uint64_t told = 0, had = 0;  // at the last entry of ours; those before it tell more after 'streamMaxLen'
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const bool open_line = i > 0 && last.isOpenLine();
    last = parseEntry(entries[i]);
    if (open_line) content.pieces.add("\n");
    content.pieces.add(last.content);
    if (!last.ours) continue;
    told = last.size;
    had = content.pieces.size();
  }
  if (told != had) {
    throw Error(ErrorCode::Corrupt, "the stream has " + std::to_string(had) + " of the object's " +
                                        std::to_string(told) + " bytes: somebody trimmed or edited it");
  }
  return content;
}

}  // namespace tally::redis
