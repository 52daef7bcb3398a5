import Foundation

/// A script as it is submitted.
struct Script {
  /// The longest that is taken, in bytes.
  static let mostBytes = 4 << 20

  /// What it is called in errors.
  let name: String
  let text: String
  /// What the job is called unless it says so.
  let jobName: String
  /// What comes behind it.
  let arguments: [String]

  /// A command, as `--wrap` takes it.
  init(wrapping command: String) {
    name = "--wrap"
    text = "#!/bin/sh\n# This script was made by gsub --wrap.\n\n\(command)\n"
    jobName = "wrap"
    arguments = []
  }

  /// A script in a file, or on the input where that is `-` or nothing.
  init(words: [String], in world: Surroundings) throws(CommandFailure) {
    let path = words.first ?? "-"
    let bytes: Data
    if path == "-" || path == "/dev/stdin" {
      name = "stdin"
      jobName = "gsub"
      bytes = world.input()
      guard !bytes.isEmpty else {
        throw CommandFailure(
          "there is no script: name one, pipe one in, or give a command with --wrap", exitCode: 2)
      }
    } else {
      name = path
      jobName = URL(filePath: path).lastPathComponent
      let full = path.hasPrefix("/") ? path : "\(world.directory)/\(path)"
      guard let found = FileManager.default.contents(atPath: full) else {
        throw CommandFailure("\(path): can't be read; name a script, or use --wrap", exitCode: 2)
      }
      bytes = found
    }
    guard bytes.count <= Self.mostBytes else {
      throw CommandFailure(
        "\(name): \(bytes.count) bytes, at most \(Self.mostBytes); start a program from a script",
        exitCode: 2)
    }
    guard bytes.starts(with: Data("#!".utf8)) else {
      throw CommandFailure(
        "\(name):1: the first line names nothing that runs it; begin it with #!/bin/bash",
        exitCode: 2)
    }
    guard !bytes.contains(0), let text = String(data: bytes, encoding: .utf8) else {
      throw CommandFailure(
        "\(name): is no text in UTF-8; start a program from a script", exitCode: 2)
    }
    self.text = text
    arguments = Array(words.dropFirst())
  }
}
