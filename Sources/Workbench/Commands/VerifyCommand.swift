import ArgumentParser
import Cluster
import Codec
import Control
import Foundation
import Scheduling
import Simulation
import Store

/// `gsim verify`: whether the simulator decides as a daemon has done.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Replay a daemon's journal: the same inputs must lead to the same events.",
    discussion: """
      The journal holds all that the daemon was told, its fleet and policy files included. They \
      are fed to a fresh machine of this program, and its events are compared with those in the \
      journal, byte for byte. The daemon may go on writing meanwhile: \
      gsim verify STATE/journal.db
      """)

  @Argument(help: ArgumentHelp("The journal, in the daemon's folder.", valueName: "journal"))
  var journal: String

  @Option(
    help: ArgumentHelp(
      "Compare the decisions as well: the file that gschedd --decisions wrote.",
      valueName: "file"))
  var decisions: String?

  @Flag(help: "Answer as JSON.")
  var json = false

  mutating func run() throws {
    let comparison = try decisions.map { path in
      guard let log = FileManager.default.contents(atPath: path) else {
        throw ValidationError("--decisions \(path): cannot be read; name a file")
      }
      return try DecisionComparison(log: Array(log))
    }
    var verification = Verification(comparison: comparison)
    var fault: (any Error)?
    try JournalReader.forEachEntry(of: journal) { entry in
      guard fault == nil else { return }
      do { try verification.take(entry) } catch { fault = error }
    }
    do {
      if let fault { throw fault }
      try verification.comparison?.finish()
    } catch let fault as JournalReplay.Fault {
      throw VerifyError(fault, in: journal)
    } catch let fault as DecisionComparison.Fault {
      throw VerifyError(fault, in: decisions ?? "")
    }
    guard let replay = verification.replay else { throw VerifyError.empty(journal) }
    try StandardOutput.write(text(of: replay, verification.comparison))
  }

  private func text(of replay: JournalReplay, _ comparison: DecisionComparison?) -> String {
    guard json else {
      let decisions = comparison.map { comparison in
        let cut =
          comparison.missing == 0
          ? "" : ", and those of \(comparison.missing) entries were never written"
        return ", \(comparison.lines) decisions\(cut)"
      }
      return "\(journal): \(replay.entries) entries, \(replay.events) events"
        + "\(decisions ?? ""): the same here.\n"
    }
    let decisions = comparison.map {
      #","decisions":\#($0.lines),"entries_without_decisions":\#($0.missing)"#
    }
    return #"{"entries":\#(replay.entries),"events":\#(replay.events)"#
      + #"\#(decisions ?? ""),"same":true}"# + "\n"
  }
}

/// A replay of a journal as far as it was read, and the decisions it is compared with.
private struct Verification {
  private(set) var replay: JournalReplay?
  var comparison: DecisionComparison?
  private var epoch: UInt64 = 0

  init(comparison: DecisionComparison?) { self.comparison = comparison }

  mutating func take(_ entry: JournalEntry) throws {
    defer { epoch = entry.epoch }
    guard replay != nil else {
      replay = try JournalReplay(opening: entry)
      return
    }
    // A planner that has just read the state says anew why jobs wait.
    if comparison != nil, entry.epoch != epoch { replay?.restart() }
    let decisions = try replay?.take(entry) ?? []
    guard let topology = replay?.machine.state.topology else { return }
    try comparison?.take(
      decisions, ofEntry: entry.sequence, epoch: entry.epoch, at: entry.draft.instant, topology)
  }
}

/// Why a journal is not what this program would have made of it.
struct VerifyError: Error, CustomStringConvertible {
  let description: String

  static func empty(_ journal: String) -> VerifyError {
    VerifyError(description: "\(journal): the journal has no entry")
  }

  private init(description: String) { self.description = description }

  init(_ fault: JournalReplay.Fault, in journal: String) {
    switch fault {
    case .beginsWithout(let entry):
      description =
        "\(journal): entry \(entry.sequence) is not where a journal begins; earlier entries were "
        + "let go: keep them, by a longer retention, to verify"
    case .file(let error, let entry):
      description = "\(journal): entry \(entry): this version can't read its file: \(error)"
    case .difference(let difference):
      let (entry, place) = (difference.entry, difference.place)
      let events = entry.draft.events
      let written = place < events.count ? "\(events[place])" : "nothing more"
      let made = place < difference.events.count ? "\(difference.events[place])" : "nothing more"
      description = """
        \(journal): entry \(entry.sequence), event \(place + 1) differs
          in the journal: \(Self.short(written))
          here:           \(Self.short(made))
        This program is not the one that wrote it, or the journal is not whole: gschedd check
        """
    }
  }

  init(_ fault: DecisionComparison.Fault, in file: String) {
    description =
      switch fault {
      case .differs(let entry, let written, let made):
        """
        \(file): a decision of entry \(entry) differs
          in the log: \(Self.short(written))
          here:       \(Self.short(made))
        This program is not the one that wrote it, or the log is of another journal.
        """
      case .missing(let entry):
        "\(file): the decisions of entry \(entry) are missing, and later ones are not; is it whole?"
      case .surplus(let entry):
        "\(file): entry \(entry) decides something in it, and nothing here; is it this journal's?"
      case .homeless(let line):
        "\(file): '\(Self.short(line))' belongs to no entry; give what gschedd --decisions wrote"
      }
  }

  private static func short(_ text: String) -> String {
    text.count <= 200 ? text : text.prefix(197) + "…"
  }
}
