import Fleet
import Policy
import PolicyFiles
import TestFiles
import Testing
import Units

@Suite struct `Any mutilated file in Policies` {
  /// An error must name the file, have both halves, and say a place that the text has.
  private func check(_ error: PolicyFileError, _ text: String, _ comment: Comment) {
    #expect("\(error)".hasPrefix("any.yaml:"), comment)
    #expect(!error.what.isEmpty && !error.fix.isEmpty, comment)
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }.count
    // An error at the end of the file may stand on the line after the last.
    if let line = error.line { #expect((1...lines + 1).contains(line), comment) }
    if let column = error.column { #expect(column > 0, comment) }
  }

  @Test(arguments: ExampleFiles.names()) func `gives a policy or an error`(file: String) throws {
    let valid = Array(try ExampleFiles.text(file).utf8)
    let fleet = try ExampleFiles.fleet("fleets/cluster-512.yaml")
    for seed in 0..<400 as Range<UInt64> {
      var mutator = Mutator(generator: SeededGenerator(seed: seed))
      let text = String(decoding: mutator.mutated(valid), as: UTF8.self)
      do throws(PolicyFileError) {
        let policy = try PolicyFile(text, file: "any.yaml")
        #expect(!policy.policy.name.isEmpty, "seed \(seed)")
        try policy.check(against: fleet)
      } catch {
        check(error, text, "seed \(seed): \(error)")
      }
    }
  }

  private func checkFleet(_ valid: String, seeds: Range<UInt64>) {
    for seed in seeds {
      var mutator = Mutator(generator: SeededGenerator(seed: seed))
      let text = String(decoding: mutator.mutated(Array(valid.utf8)), as: UTF8.self)
      do throws(PolicyFileError) {
        let fleet = try FleetFile.decode(text, file: "any.yaml")
        #expect(!fleet.nodes.isEmpty, "seed \(seed)")
      } catch {
        check(error, text, "seed \(seed): \(error)")
      }
    }
  }

  /// Fewer of the large ones: what survives is built whole.
  @Test(arguments: ExampleFiles.names(in: "fleets/"))
  func `gives a fleet or an error`(file: String) throws {
    let isLarge = file.contains("100k") || file.contains("gigafactory")
    checkFleet(try ExampleFiles.text(file), seeds: 0..<(isLarge ? 100 : 400))
  }

  @Test func `gives a fleet or an error, whatever keys it has`() {
    checkFleet(`A fleet file`.everything, seeds: 0..<3000)
  }
}
