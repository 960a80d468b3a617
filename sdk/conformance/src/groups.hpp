#pragma once
// The tables of the groups, each defined by the file of that name under cases/.

#include "tally/conformance/case.hpp"

namespace tally::conformance {

Group valuesCases();       // A
Group missingCases();      // B
Group appendCases();       // C
Group listCases();         // D
Group removeCases();       // E
Group namesCases();        // F
Group conditionCases();    // G
Group concurrencyCases();  // H
Group crashCases();        // I
Group callCases();         // J
Group largeCases();        // K
Group rangeCases();        // L
Group expiryCases();       // N
Group pluginCases();       // P

// Optional abilities, one each.
Group followCases();         // M
Group batchCases();          // R
Group appendStreamCases();   // S
Group leaseCases();          // T
Group consumerGroupCases();  // U
Group healthCases();         // V
Group reindexCases();        // W

}  // namespace tally::conformance
