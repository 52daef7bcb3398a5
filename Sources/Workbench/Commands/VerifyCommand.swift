import ArgumentParser
import Codec
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

  @Flag(help: "Answer as JSON.")
  var json = false

  mutating func run() throws {
    var replay: JournalReplay?
    var fault: JournalReplay.Fault?
    try JournalReader.forEachEntry(of: journal) { entry in
      guard fault == nil else { return }
      do throws(JournalReplay.Fault) {
        if replay == nil {
          replay = try JournalReplay(opening: entry)
        } else {
          try replay?.take(entry)
        }
      } catch {
        fault = error
      }
    }
    if let fault { throw VerifyError(fault, in: journal) }
    guard let replay else { throw VerifyError.empty(journal) }
    try StandardOutput.write(text(of: replay))
  }

  private func text(of replay: JournalReplay) -> String {
    guard json else {
      return "\(journal): \(replay.entries) entries, \(replay.events) events: the same here.\n"
    }
    return #"{"entries":\#(replay.entries),"events":\#(replay.events),"same":true}"# + "\n"
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

  private static func short(_ text: String) -> String {
    text.count <= 200 ? text : text.prefix(197) + "…"
  }
}
