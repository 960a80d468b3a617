// Under the typed store: the group about it has to see what a storage spoils.
#include "mutants.hpp"
#include "wrong_documents.hpp"
#include "wrong_lists.hpp"
#include "wrong_reads.hpp"
#include "wrong_writes.hpp"

namespace tally::test {
std::vector<Mutant> storeMutants() {
  return {
      mutant<ExclusiveIgnored>("a conversation is created over another", "Q03"),
      mutant<MissingIsUnavailable>("a conversation without steps can't be loaded", "Q04"),
      mutant<ChangesContent<wholeLines>>("a torn line is not delivered", "Q07"),
      mutant<ChangesContent<withoutDamage>>("a damaged line is not delivered", "Q08"),
      mutant<ChangesContent<endedByLineFeed>>("a line feed at the end is made up", "Q09"),
      mutant<ChangesContent<sortedLines>>("lines are delivered in order, each once", "Q10"),
      mutant<ExclusiveIgnored>("a run is created over another", "Q14"),
      mutant<VersionIgnored>("of two saves of a run the later one wins", "Q15"),
      mutant<ChangesContent<knownSchema>>("a schemaVersion is changed to one that is known", "Q16"),
      mutant<RemoveBleeds>("a removed conversation takes those that begin alike", "Q19"),
      mutant<TokenForgotten>("steps land again for every repeat of their token", "Q25"),
      mutant<PageLosesNext>("a page of conversations begins one too far", "Q26"),
  };
}

}  // namespace tally::test
