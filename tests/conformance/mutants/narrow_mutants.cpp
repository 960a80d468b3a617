#include "mutants.hpp"
#include "wrong_appends.hpp"
#include "wrong_contents.hpp"
#include "wrong_keys.hpp"
#include "wrong_kinds.hpp"
#include "wrong_lists.hpp"
#include "wrong_races.hpp"

namespace tally::test {
std::vector<Mutant> valueMutants() {
  return {
      mutant<ChangesWritten<emptyIfShort>>("a value of one byte is taken for none", "A02"),
      mutant<ChangesWritten<textInstead>>("what is no UTF-8 is replaced", "A04"),
      mutant<ChangesWritten<wholePagesLoseAByte>>("a value of whole pages loses its last byte", "A05"),
      mutant<ChangesWritten<cutAt<1U << 20>>>("a value ends at 1 MiB", "A06"),
      mutant<ChangesWritten<cutAt<32U << 20>>>("a value ends at 32 MiB", "A07"),
      mutant<ChangesWritten<withoutMark>>("a byte order mark is taken away", "A08"),
      mutant<ChangesWritten<oneLineFeedAtTheEnd>>("line feeds at the end become one", "A09"),
      mutant<WritesOver>("a write does not cut off the old end", "A10"),
      mutant<RenewsWhatIsRead>("a read makes a new version", "A13"),
      mutant<NilIsNothing>("a value that looks like a missing one is missing", "A14"),
      mutant<ChangesAppended<wholeLine>>("append ends each line", "C03"),
      mutant<NothingIsNotAppended>("an append of nothing is left out", "C04"),
      mutant<TwoKindsOfObjects>("the first append drops what was written", "C05"),
      mutant<LogsOutliveWrites>("a write keeps what was appended", "C06"),
      mutant<CostsMoreEachTime>("append looks through the whole object", "C08"),
      mutant<ChangesAppended<cutAt<1U << 20>>>("an append ends at 1 MiB", "C09"),
      mutant<Rewrites>("append reads all and writes all", "C10"),
      mutant<ChangesAppended<untilNul>>("an append ends at a NUL", "C12"),
      mutant<SizesInBlocks>("stat counts blocks", "C14"),
      mutant<LogsOutliveRemoves>("an append after a remove goes on", "C15"),
      mutant<SaysWhatWasAppended>("append returns the size of what it appended", "C18"),
  };
}

std::vector<Mutant> keyMutants() {
  return {
      mutant<ChangesKeys<exchanged<':', '/'>>>("a colon stands for a slash", "F01"),
      mutant<ChangesKeys<exchanged<'?', '_'>>>("a question mark becomes a line", "F03"),
      mutant<ChangesKeys<withoutControls>>("control characters are taken out", "F04"),
      mutant<ChangesKeys<decoded>>("an escape is decoded", "F06"),
      mutant<ChangesKeys<exchanged<'\\', '/'>>>("a backslash is a slash", "F07"),
      mutant<ChangesKeys<composed>>("letters are composed", "F08"),
      mutant<ChangesKeys<exchanged<'A', 'a'>>>("one letter of random keys becomes another", "F17"),
      mutant<ChangesKeys<firstThreeHundred>>("a key is cut after 300 bytes", "F20"),
  };
}

std::vector<Mutant> kindMutants() {
  return {
      mutant<MakesNoParents>("a write needs its directory", "A15"),
      mutant<NoParentIsNoDirectory>("a read below a missing directory is NotADirectory", "B02"),
      mutant<NothingFoundIsAnError>("stat of a missing key is an error", "B03"),
      mutant<BelowAFileIsAnError>("stat below a file is an error", "B04"),
      mutant<ReplacesDirectories>("a write replaces a directory", "B08"),
      mutant<OnlyFilesExist>("stat finds no directory", "B10"),
      mutant<ReplacesDirectories>("a file takes the place of a directory", "B14"),
      mutant<MakesNoParents>("an append needs its directory", "C01"),
      mutant<RemembersDirectories>("a directory outlives its last child, undeclared", "D13"),
      mutant<AlwaysRemoved>("remove says each time that it was there", "E03"),
      mutant<RemovesDirectories<false>>("a plain remove takes a directory", "E04"),
      mutant<AlwaysRemoved>("a recursive remove of nothing says that it was there", "E08"),
      mutant<RemovesDirectories<true>>("a plain remove takes the root", "E09"),
      mutant<EmptiesThenRemoves>("remove empties first", "E12"),
      mutant<RemembersDirectories>("a directory without children is removed, undeclared", "E14"),
  };
}

std::vector<Mutant> listMutants() {
  return {
      mutant<ShowsItsMark>("list shows what the backend keeps for itself", "D01"),
      mutant<NeedsFilesInside>("list shows no directory that holds directories only", "D02"),
      mutant<ShowsWholeKeys>("an entry is a whole key", "D03"),
      mutant<ShowsItself>("list shows the directory itself", "D04"),
      mutant<LooksAtFiveThousand>("list looks at 5000 keys below", "D10"),
      mutant<WalksThroughAll>("list walks through all that there is", "D11"),
      mutant<PagesByNumber>("pages are counted, and entries come between", "D15"),
      mutant<PagesByNumber>("pages are counted, and entries go", "D16"),
      mutant<PageBeginsAnew>("a page behind what was removed is the first one", "D21"),
      mutant<PageHoldsThePlace>("start_after is in the page", "D23"),
      mutant<FullPageMeansMore>("a page that is full says that more follow", "D26"),
  };
}

std::vector<Mutant> momentMutants() {
  return {
      mutant<RemovesFirst>("write removes first", "H03"),
      mutant<TrimsThenAppends>("write trims, then appends", "H04"),
      mutant<OneBuffer>("writes of several threads share one buffer", "H05"),
      mutant<Rewrites>("an append writes what a write has replaced", "H06"),
      mutant<Rewrites>("an append writes what a remove has taken", "H07"),
      mutant<MakesTheDirectory>("a directory that another one makes is an error", "H10"),
  };
}

}  // namespace tally::test
