import Fleet
import Policy
import Units

/// What follows from all promises together, found once until one of them changes: most plans change
/// none.
struct PromiseSurvey: Sendable {
  /// Their places in the order in which they may move forward: by start, then by number.
  let byStart: [Int]

  /// When the first falls due.
  let first: Instant

  /// How many may still be made in each tier.
  let room: TierSlots

  /// The members that they are of.
  let members: [AccountID]

  /// O(promises · log promises)
  init(_ promises: [ReservingDiscipline.Promise], most: Int) {
    var room = TierSlots(most)
    for index in promises.indices { _ = room.take(promises[index].tier) }
    self.room = room
    members = promises.indices.map { promises[$0].mark.member }
    // Promises stand in the order of their jobs' numbers.
    var starts = promises.indices.map { (start: promises[$0].reservation.start, place: $0) }
    starts.sort { $0 < $1 }
    byStart = starts.map(\.place)
    first = starts.first?.start ?? .distantFuture
  }
}

extension ReservingDiscipline {
  /// What follows from all promises as they are now.
  mutating func surveyed() -> PromiseSurvey {
    if let survey, survey.change == promiseChange { return survey.result }
    let result = PromiseSurvey(promises, most: policy.reservations)
    survey = (promiseChange, result)
    return result
  }
}
