import ArgumentParser
import Client
import Foundation

/// Which controller a command speaks with, and as whom.
struct ControllerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The scheduler: unix:PATH or https://HOST:PORT; else MUSTER_CONTROLLER, else the default.",
      valueName: "address"))
  var controller: String?

  @Option(
    help: ArgumentHelp(
      "A file with the token that says who you are; else MUSTER_TOKEN.", valueName: "file"),
    completion: .file())
  var tokenFile: String?

  @Option(
    help: ArgumentHelp(
      "Certificates to trust over HTTPS; else MUSTER_CA_FILE.", valueName: "file"),
    completion: .file())
  var caFile: String?

  func client(in world: Surroundings) throws -> ControllerClient {
    let address = try ControllerAddress.find(
      option: controller, environment: world.environment
    ) { FileManager.default.fileExists(atPath: $0) }
    var connection = Connection(address)
    if let tokenFile {
      connection.token = try Connection.token(inFile: tokenFile)
    } else if let token = world.environment["MUSTER_TOKEN"], !token.isEmpty {
      connection.token = token
    }
    connection.authorityFile = caFile ?? world.environment["MUSTER_CA_FILE"]
    return ControllerClient(connection)
  }
}

/// How a command that lists prints.
struct ListOptions: ParsableArguments {
  @Flag(help: "One JSON value a line.")
  var json = false
}
