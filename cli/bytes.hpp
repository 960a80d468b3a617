#pragma once
// Bytes of the storage as JSON members and as hexadecimal digits.

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "app.hpp"
#include "text.hpp"

namespace tally::cli {

inline std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

/// Put `bytes` into a document: as "text" if they are UTF-8, else as "hex".
inline void addBytes(Json& document, std::string_view bytes) {
  if (isUtf8(bytes)) {
    document["text"] = bytes;
  } else {
    document["hex"] = hex(bytes);
  }
}

}  // namespace tally::cli
