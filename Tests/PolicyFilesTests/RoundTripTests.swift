import Accounts
import Policy
import PolicyFiles
import TestFiles
import Testing
import Units

@Suite struct `A policy written as a file` {
  @Test(arguments: ExampleFiles.names())
  func `decodes to what it was, for every file in Policies`(file: String) throws {
    let policy = try ExampleFiles.policy(file)
    let text = PolicyFile.text(of: policy)
    #expect(try PolicyFile.decode(text, file: "written.yaml") == policy, "\(text)")
    #expect(PolicyFile.text(of: try PolicyFile.decode(text, file: "written.yaml")) == text)
  }

  @Test(arguments: ClusterPolicy.builtIn)
  func `decodes to what it was, for every built-in policy`(policy: ClusterPolicy) throws {
    #expect(try PolicyFile.decode(PolicyFile.text(of: policy), file: "written.yaml") == policy)
  }

  /// Numbers, dates and names change at random, and some of what comes of it is still a policy.
  @Test func `decodes to what it was, for whatever a mutilated file still means`() throws {
    let valid = Array(try ExampleFiles.text("gigafactory.yaml").utf8)
    var survivors = 0
    for seed in 0..<400 as Range<UInt64> {
      var mutator = Mutator(generator: SeededGenerator(seed: seed))
      let text = String(decoding: mutator.mutated(valid), as: UTF8.self)
      guard let policy = try? PolicyFile.decode(text, file: "any.yaml") else { continue }
      survivors += 1
      let again = try PolicyFile.decode(PolicyFile.text(of: policy), file: "written.yaml")
      #expect(again == policy, "seed \(seed)")
    }
    #expect(survivors > 50)
  }

  @Test func `that has taken the place of another decodes to what it was read from`() throws {
    let names = ExampleFiles.names()
    for before in names {
      for after in names {
        let described = try ExampleFiles.policy(after)
        let policy = try ExampleFiles.policy(before).succeeded(by: described)
        let text = PolicyFile.text(of: policy)
        let again = try PolicyFile.decode(text, file: "written.yaml")
        // Accounts and modes may stand in another order; nothing else differs, and none is closed.
        #expect(again.modes[0].name == described.modes[0].name)
        #expect(again.modes.map(\.name).sorted() == described.modes.map(\.name).sorted())
        #expect(again.accounts.paths == described.accounts.paths, "\(before), then \(after)")
      }
    }
  }

  @Test(arguments: ["a: b", "#1", "*", "\"", "\\", "é\u{85}\u{1F600}", "- x", "yes", "1", "a b"])
  func `keeps odd names`(name: String) throws {
    let policy = ClusterPolicy(name: name)
    #expect(try PolicyFile.decode(PolicyFile.text(of: policy), file: "written.yaml") == policy)
  }
}

extension AccountTree {
  fileprivate var paths: [String] {
    accounts.indices.map { path(of: AccountID(UInt16($0))) }.sorted()
  }
}
