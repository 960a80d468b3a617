// Begins here.
#include "tally/error.hpp"
