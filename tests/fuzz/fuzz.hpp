#pragma once
// The entry of every fuzz target: parse the bytes, and let nothing out but a tally::Error.

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
