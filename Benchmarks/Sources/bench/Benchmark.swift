import ArgumentParser
import Foundation

/// A named piece of work that is the same every time.
struct Benchmark: Sendable {
  /// How much of the work is done.
  enum Size: String, ExpressibleByArgument {
    /// All of it.
    case full
    /// So much that it can be counted, at a fiftieth of the speed, within seconds.
    case counted
  }

  /// What the work was about, and that it was done.
  struct Product {
    /// How many jobs or gangs went through.
    var jobs: Int
    /// A word that follows from everything the work decided; it shows that two runs did the same.
    var digest: String
    /// What it measured of itself, for people: never gated.
    var remark: String?
  }

  /// Work that is ready to be done, all its input in memory.
  typealias Work = () throws -> Product

  /// What it is called on the command line and in the gates.
  var name: String
  /// What it does, in a line.
  var abstract: String
  /// The trace it reads, below MUSTER_TRACES; nil where it makes up its own work.
  var trace: String?
  /// Reads or makes what the work needs.
  var prepare: @Sendable (_ trace: String, Size) throws -> Work

  static func named(_ name: String) -> Benchmark? { all.first { $0.name == name } }

  /// Where the trace lies on this machine, "" where none is needed, nil where there is none.
  var tracePath: String? {
    guard let trace else { return "" }
    guard let folder = ProcessInfo.processInfo.environment["MUSTER_TRACES"], !folder.isEmpty else {
      return nil
    }
    let path = "\(folder)/\(trace)"
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }
}
