import Synchronization
import Testing
import Users

@Suite struct `The users of a machine` {
  /// A directory of users that is away until it isn't, and counts who asks.
  private final class Source: Sendable {
    let state = Mutex((isThere: false, count: 0))

    func look(_ user: SystemUser) -> SystemUser? {
      state.withLock { state in
        state.count += 1
        return state.isThere ? user : nil
      }
    }
  }

  @Test func `that weren't found are looked for again, and those that were are not`() {
    let ada = SystemUser(uid: 1001, gid: 100, name: "ada")
    let source = Source()
    let directory = UserDirectory(
      numbered: { $0 == 1001 ? source.look(ada) : nil },
      named: { $0 == "ada" ? source.look(ada) : nil })
    #expect(directory.user(numbered: 1001) == nil)
    #expect(directory.user(named: "ada") == nil)
    source.state.withLock { $0.isThere = true }
    for _ in 0..<3 {
      #expect(directory.user(numbered: 1001) == ada)
      #expect(directory.user(named: "ada") == ada)
    }
    #expect(source.state.withLock { $0.count } == 4)
  }
}
