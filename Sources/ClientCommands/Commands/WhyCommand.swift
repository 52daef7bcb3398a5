import ArgumentParser
import Client
import Wire

/// `gwhy`: says why a job waits.
struct WhyCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "gwhy", abstract: "Say why a job waits, what would start it, and when it will.",
    version: "0.1.0")

  @OptionGroup var list: ListOptions
  @OptionGroup(title: "The scheduler") var controller: ControllerOptions

  @Argument(help: "The job's number.")
  var job: UInt32

  func run(in world: Surroundings) throws {
    let why: JobWhy = try controller.client(in: world).get(from: Route.why(job))
    if list.json { return try world.print(try world.json(why)) }
    var text = why.text
    while text.last == "\n" { text.removeLast() }
    text += "\n"
    // Where the text says it all, nothing is said twice.
    if !why.suggestions.isEmpty, !why.suggestions.allSatisfy({ text.contains($0.text) }) {
      text += "It would start now:\n"
      for suggestion in why.suggestions { text += "  - \(suggestion.text)\n" }
    }
    try world.print(text)
  }
}
