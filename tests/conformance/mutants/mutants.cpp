#include "mutants.hpp"

#include "wrong_calls.hpp"
#include "wrong_keys.hpp"
#include "wrong_lists.hpp"
#include "wrong_races.hpp"
#include "wrong_reads.hpp"
#include "wrong_writes.hpp"

namespace tally::test {
const std::vector<Mutant>& mutants() {
  static const std::vector<Mutant> all = {
      mutant<LineFeedJoin>("append joins records by a line feed", "C02"),
      mutant<FirstPageOnly>("list stops at the backend's page of 1000", "D09"),
      mutant<WriteInPlace>("write truncates first, so that readers see the half", "H01"),
      mutant<EmptyIsNoWrite>("a write of nothing is left out", "A11"),
      mutant<StatAfterwards>("a read says the state of a later moment", "H12"),
      mutant<LooksForItsPlace>("the place of a new file is looked at first", "H13"),
      mutant<RangeInPieces>("a range is read page by page", "L14"),
      mutant<GlobDirectories>("a directory's name is a pattern", "D12"),
      mutant<FirstThousandRemoved>("recursive remove stops at the backend's page", "E15"),
      mutant<ErrorsAreEmpty>("a failed read is an empty value", "B07"),
      mutant<MissingIsEmpty>("a missing key reads as empty", "B01"),
      mutant<PrefixBleed>("list by the bare prefix shows the siblings' entries", "D06"),
      mutant<TrimmedKeys>("keys are trimmed of spaces", "F05"),
      mutant<LengthLimit>("append keeps the last 1000 records only", "C07"),
      mutant<RangeOffByOne>("a range delivers one byte less", "L01"),
      mutant<Unsorted>("list is in the order of a hash table", "D08"),
      mutant<Doubled>("list shows a directory once for each page it spans", "D08"),
      mutant<RemoveDoesNothing>("remove answers without a request", "E01"),
      mutant<WriteAppends>("write adds another copy", "A12"),
      mutant<CheckThenCreate>("exclusive creation looks first and writes then", "G02"),
      mutant<VersionIgnored>("if_version is taken and ignored", "G05"),
      mutant<LostAppend>("every 1000th append is acknowledged and lost", "C07"),
      mutant<SiblingIsDirectory>("stat takes a sibling that begins alike for a directory", "B11"),
      mutant<CaseInsensitive>("keys are compared without regard to case", "F09"),
      mutant<ChangesKeys<cutSegments>>("a segment is cut after 255 bytes", "F15"),
      mutant<ChangesKeys<cutDepth>>("a key is cut after 64 levels", "F16"),
      mutant<HidesTemporaryNames>("list hides what looks like a temporary file", "F21"),
      mutant<RemoveBleeds>("recursive remove takes siblings that begin alike", "E07"),
      mutant<ExpectedSizeIgnored>("append takes expected_size and ignores it", "C17"),
      mutant<TokenForgotten>("append lands again for every repeat of its token", "C19"),
      mutant<TornAppend>("append lands in two halves", "C13"),
      mutant<TextOnly>("content is decoded, so that bytes that are no text change", "A03"),
      mutant<ShowsTemporaryNames>("list shows the temporary file of a write", "D14"),
      mutant<TimeIgnored>("time_to_live is taken and ignored", "N01"),
      mutant<DeadlineIgnored>("calls take as long as they like", "J14"),
      mutant<PageLosesNext>("a page begins one name too far", "D20"),
      mutant<CancelIgnored>("a cancelled call is carried out", "J12"),
      mutant<CancelTears>("a cancelled write leaves its first half", "J13"),
      mutant<EverythingMayBeRepeated>("every error says that a retry may help", "J15"),
      mutant<ShowsSecrets>("a message shows the password", "J15"),
      mutant<FirstThousandLines>("read stops at the backend's page of 1000 records", "K01"),
      mutant<FirstMebibytes>("read stops at the backend's page of 2 MiB", "K02"),
      mutant<KeepsWhatIsRead>("what was read is kept for ever", "K03"),
      mutant<CrashesAfterFork>("a forked child crashes", "P14"),
      mutant<CutsWithToken>("an append with a token ends at the limit of a record", "C25"),
      mutant<EmptyNewIsNothing>("a new object of no bytes is not made", "A01"),
      mutant<SendsLater>("a value is sent out of the caller's buffer when the call is over", "A16"),
      mutant<NothingListedIsAnError>("list of a missing directory is an error", "B05"),
      mutant<FilesListThemselves>("list of a file shows the file", "B06"),
      mutant<RemovesWhatIsInTheWay>("a write below a file removes the file", "B09"),
      mutant<EmptyRootIsNothing>("the root of an empty store is not there", "B12"),
      mutant<DeclaresNothing>("an append takes options that are not declared", "C20"),
      mutant<DeclaresNothing>("a batch takes options that are not declared", "R11"),
      mutant<NothingRemovedIsAnError>("remove of a missing key is an error", "E02"),
      mutant<RoomIsUsedAgain>("a write after a remove keeps the old end", "E05"),
      mutant<LooksForTheDirectory>("a write relies on a directory that it has seen", "H11"),
      mutant<CapabilitiesChange>("capabilities change with the first write", "P15"),
      mutant<PromisesTooMuch>("durability is declared of what no other process sees", "P15"),
  };
  return all;
}

}  // namespace tally::test
