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
      "The file of the token that says who you are; else MUSTER_TOKEN, ~/.config/muster/token.",
      valueName: "file"),
    completion: .file())
  var tokenFile: String?

  @Option(
    help: ArgumentHelp(
      "Certificates to trust over HTTPS; else MUSTER_CA_FILE, ~/.config/muster/ca.pem.",
      valueName: "file"),
    completion: .file())
  var caFile: String?

  @Option(
    help: ArgumentHelp(
      "A client certificate that says who you are over HTTPS, with --key-file.",
      valueName: "file"),
    completion: .file())
  var certFile: String?

  @Option(help: ArgumentHelp("The certificate's key.", valueName: "file"), completion: .file())
  var keyFile: String?

  func validate() throws {
    guard (certFile == nil) == (keyFile == nil) else {
      throw ValidationError("--cert-file and --key-file belong together: give both")
    }
  }

  func client(in world: Surroundings) throws -> ControllerClient {
    var words = Connection.Words()
    words.controller = controller
    words.tokenFile = tokenFile
    words.authorityFile = caFile
    if let certFile, let keyFile {
      words.identity = Connection.Identity(certificateFile: certFile, keyFile: keyFile)
    }
    let connection = try Connection.find(words, environment: world.environment) {
      FileManager.default.fileExists(atPath: $0)
    }
    return ControllerClient(connection)
  }
}

/// How a command that lists prints.
struct ListOptions: ParsableArguments {
  @Flag(help: "One JSON value a line.")
  var json = false
}
