#include "mutants.hpp"
#include "wrong_append_stream.hpp"
#include "wrong_batch.hpp"
#include "wrong_consumer_group.hpp"
#include "wrong_follow.hpp"
#include "wrong_lease.hpp"
#include "wrong_service.hpp"

namespace tally::test {
namespace {

template <typename Ability, typename Wrong>
Mutant mutant(std::string name, std::string caught) {
  return {std::move(name), std::move(caught),
          [](std::shared_ptr<IStorage> good) { return std::make_shared<WithWrong<Ability, Wrong>>(std::move(good)); }};
}

std::vector<Mutant> followMutants() {
  return {
      mutant<Follow, CursorIgnored>("a follower begins at the start after a resume", "M02"),
      mutant<Follow, ForwardingFollow<PollingFollower<0>>>("a follower looks again and again", "M03"),
      mutant<Follow, ForwardingFollow<QuietFollower<FollowEvent::Reset>>>("a replacement is no Reset", "M04"),
      mutant<Follow, ForwardingFollow<QuietFollower<FollowEvent::Removed>>>("a removed object is not told", "M05"),
      mutant<Follow, AbsenceIgnored>("must_exist is taken and ignored", "M06"),
      mutant<Follow, ForwardingFollow<PollingFollower<400>>>("a cancelled follower goes on to its next look", "M07"),
      {"a follower delivers half an append", "M10",
       [](std::shared_ptr<IStorage> good) { return std::make_shared<ShowsHalfAppends>(std::move(good)); }},
      mutant<Follow, EndIgnored>("from_end is taken and ignored", "M13"),
      mutant<Follow, ForwardingFollow<GreedyFollower>>("max_bytes is taken and ignored", "M14"),
      mutant<Follow, AnyTextIsACursor>("text that is no cursor means the start", "M15"),
      mutant<Follow, ForwardingFollow<LateIsAnError>>("a deadline that passes is an error", "M17"),
      mutant<Follow, ForwardingFollow<PollingFollower<500>>>("a follower looks twice a second", "M19"),
      mutant<Follow, ForwardingFollow<QuietFollower<FollowEvent::Reset>>>("two values come as one", "M21"),
      mutant<Follow, AnyTextIsACursor>("a cursor of another object means the start", "M23"),
  };
}

std::vector<Mutant> writerMutants() {
  return {
      mutant<Batch, LosesTheLast>("a batch loses one result", "R01"),
      mutant<Batch, Shifted>("a batch confuses its results", "R05"),
      mutant<Batch, AllOrNothing>("a batch ends with its first failure", "R02"),
      mutant<Batch, AbsentHasAState>("a batch finds what is not there", "R03"),
      mutant<Batch, AbsentWasRemoved>("a batch removes what was not there", "R04"),
      mutant<Batch, BatchWithoutTime>("a batch takes as long as it likes", "R08"),
      mutant<Batch, OptionsIgnored>("if_absent is ignored in a batch", "R09"),
      mutant<Batch, OptionsIgnored>("if_version is ignored in a batch", "R10"),
      mutant<Batch, NothingIsRefused>("a batch of nothing is refused", "R06"),
      mutant<Batch, BatchWithoutCancel>("a batch that is cancelled is carried out", "R07"),
      mutant<Batch, OneBufferForAll>("batches of several threads share one buffer", "R13"),
      mutant<Batch, FirstThousandOfBatch>("a batch of removes stops at the backend's page", "R16"),
      mutant<AppendStreams, ForwardingStreams<ReordersStream>>("an append stream reorders", "S01"),
      mutant<AppendStreams, ForwardingStreams<StaysFull>>("a window of appends that was full stays full", "S02"),
      mutant<AppendStreams, ForwardingStreams<StaysFull>>("a window of bytes that was full stays full", "S03"),
      mutant<AppendStreams, ForwardingStreams<SendsWhatItRefused>>("what a full window refused lands", "S04"),
      mutant<AppendStreams, ForwardingStreams<NothingAboveTheWindow>>("an append above the window is never taken",
                                                                      "S05"),
      mutant<AppendStreams, ForwardingStreams<CreatesWhenOpened>>("opening a stream creates the object", "S06"),
      mutant<AppendStreams, ForwardingStreams<NeverWaits>>("wait returns before the append has landed", "S07"),
      mutant<AppendStreams, ForwardingStreams<GivesUpWaiting>>("a wait that is late ends the stream", "S08"),
      mutant<AppendStreams, ForwardingStreams<AnyTicketWillDo>>("wait for a ticket of nobody succeeds", "S09"),
      mutant<AppendStreams, ForwardingStreams<OneWaiterAtATime>>("a second waiter is refused", "S10"),
      mutant<AppendStreams, ForwardingStreams<TearsAtTheEnd>>("a closed stream leaves a part of an append", "S11"),
      mutant<AppendStreams, ForwardingStreams<SubmitsHalves>>("an append of a stream lands in two halves", "S12"),
      mutant<AppendStreams, OpensDirectories>("a stream to a directory is opened", "S13"),
      mutant<AppendStreams, ForwardingStreams<GoesOnAfterFailure>>("a stream that has failed goes on", "S14"),
      mutant<Leases, ForwardingLeases<NotFenced>>("an overtaken holder can still write", "T02"),
      mutant<Leases, ForwardingLeases<FencedAfterwards>>("an overtaken holder is told so after its append", "T02"),
      mutant<Leases, ForwardingLeases<LooksThenAppends>>("a holder looks whether it still is, and appends then", "T11"),
      mutant<Leases, IfFreeIgnored>("if_free is taken and ignored", "T03"),
      mutant<Leases, ForwardingLeases<ReleaseIgnored>>("release does nothing", "T04"),
      mutant<Leases, ForwardingLeases<FreesTheSuccessors>>("a late release frees the successor's lease", "T05"),
      mutant<Leases, ForwardingLeases<ReleasedWhenDropped>>("a lease is free once its handle is gone", "T06"),
      mutant<Leases, ForwardingLeases<OutlivesItsObject>>("a lease outlives the object that was removed", "T14"),
      mutant<Leases, ForwardingLeases<EndsWithItsVersion>>("a lease ends when others replace the object", "T14"),
  };
}

std::vector<Mutant> serviceMutants() {
  return {
      mutant<ConsumerGroups, EverybodyGetsAll>("a record goes to every worker", "U03"),
      mutant<ConsumerGroups, TakesOverAfter<0>>("nobody takes over a dead worker's records", "U05"),
      mutant<ConsumerGroups, TakesOverAfter<1>>("records are taken over from the living", "U06"),
      mutant<ConsumerGroups, NewNameEachTime>("a worker does not get its own records again", "U08"),
      mutant<ConsumerGroups, CountsAllAcknowledged>("acknowledge counts what it did not do", "U09"),
      mutant<ConsumerGroups, FromTheStartAnyhow>("a group from the end begins at the start", "U10"),
      mutant<ConsumerGroups, DropDoesNothing>("drop leaves the group", "U14"),
      mutant<ConsumerGroups, EndsWithNothing<ErrorCode::Cancelled>>("a cancelled worker is told that nothing came",
                                                                    "U16"),
      mutant<ConsumerGroups, EndsWithNothing<ErrorCode::NotFound>>("a worker without a queue is told so never", "U19"),
      mutant<Health, UnknownLevel>("a finding has no level", "V01"),
      mutant<Health, NothingSaid>("a finding has no text", "V01"),
      mutant<Health, LeavesATrace>("a question for the health leaves an object", "V03"),
      mutant<Reindex, CountsFolders>("a reindex counts more than is listed", "W01"),
      mutant<Reindex, TellsNoProgress>("a reindex tells no progress", "W01"),
      {"a reindex empties the index first", "W02",
       [](std::shared_ptr<IStorage> good) { return std::make_shared<EmptiesFirst>(std::move(good)); }},
  };
}

}  // namespace

std::vector<Mutant> abilityMutants() {
  std::vector<Mutant> all = followMutants();
  for (auto& more : writerMutants()) all.push_back(std::move(more));
  for (auto& more : serviceMutants()) all.push_back(std::move(more));
  return all;
}

std::shared_ptr<IStorage> withReindex(std::shared_ptr<IStorage> good) {
  return std::make_shared<WithWrong<Reindex, NothingToIndex>>(std::move(good));
}

}  // namespace tally::test
