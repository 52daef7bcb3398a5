import Foundation

/// What comes of each item, in no particular order; works on all cores, and counts on standard
/// error.
func inParallel<Item: Sendable, Outcome: Sendable>(
  _ items: [Item], _ work: @escaping @Sendable (Item) -> Outcome
) async throws -> [Outcome] {
  try await withThrowingTaskGroup(of: Outcome.self) { group in
    var waiting = items[...]
    // No more at once than there are cores: whoever counts would come to its turn last.
    for item in waiting.prefix(ProcessInfo.processInfo.activeProcessorCount) {
      group.addTask { work(item) }
      waiting.removeFirst()
    }
    var outcomes: [Outcome] = []
    while let outcome = try await group.next() {
      outcomes.append(outcome)
      if let item = waiting.popFirst() { group.addTask { work(item) } }
      if outcomes.count % 10 == 0 || outcomes.count == items.count {
        let text = "\(outcomes.count) of \(items.count) runs\n"
        try FileHandle.standardError.write(contentsOf: Data(text.utf8))
      }
    }
    return outcomes
  }
}
