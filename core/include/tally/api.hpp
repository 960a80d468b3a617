#pragma once
// Marks what libtally_core exports; everything else in it is hidden.
#define TALLY_API __attribute__((visibility("default")))
