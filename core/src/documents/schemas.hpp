#pragma once
// The schemas of the documents, version 1. Each is built once.

#include "documents/schema_check.hpp"

namespace tally::detail::schema {

const Check& conversationMeta();
const Check& trajectoryMeta();
const Check& stepTraces();
const Check& trajectoryRun();
const Check& tallyRun();

}  // namespace tally::detail::schema
