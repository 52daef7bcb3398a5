import ArgumentParser

/// Where the options of a submission come from, the weakest first: script, environment, command
/// line. Of an option that is given several times the last one counts.
struct SubmissionOrigins {
  /// Options and their values, and where they stand.
  private var origins: [(place: String, words: [String])] = []

  /// What begins the names of variables that stand for options: `MUSTER_GSUB_GPUS` for `--gpus`.
  ///
  /// A job's own variables (`MUSTER_MEMBERS`, `MUSTER_NODELIST`) would otherwise be taken for
  /// options by a `gsub` within it.
  private static let prefix = "MUSTER_GSUB_"

  init(script: Script, environment: [String: String]) throws(CommandFailure) {
    let reader = try DirectiveReader(script.text, named: script.name)
    late = reader.late
    origins = reader.directives.map {
      ("\(script.name):\($0.line): \($0.text)", $0.words)
    }
    for (name, value) in environment.sorted(by: { $0.key < $1.key })
    where name.hasPrefix(Self.prefix) {
      let option = name.dropFirst(Self.prefix.count).lowercased()
        .split(separator: "_", omittingEmptySubsequences: false).joined(separator: "-")
      let isFlag = ["exclusive", "even", "hold", "no-hold"].contains(option)
      origins.append(
        ("\(name)=\(value)", isFlag ? ["--\(option)"] : ["--\(option)=\(value)"]))
    }
  }

  /// Lines of the script that look like options but stand behind its first command.
  let late: [Int]

  /// Whether all that is asked for was typed.
  var isEmpty: Bool { origins.isEmpty }

  /// What stands before what was typed, the weakest first.
  ///
  /// - Throws: `CommandFailure` where a line or a variable holds anything but options of a job. A
  ///   bare word or `--` there would turn what was typed, `--dry-run` too, into arguments.
  func words() throws -> [String] {
    let untyped = origins.flatMap(\.words)
    if let (place, _) = origins.first(where: { $0.words.contains("--") }) {
      throw CommandFailure(
        "\(place): -- ends the options, which only the command line can; take it out", exitCode: 2)
    }
    do {
      _ = try SubmitOptions.parse(untyped)
    } catch {
      throw fault() ?? error
    }
    return untyped
  }

  /// The first origin that can't be read by itself, and why; nil: they are at odds together.
  private func fault() -> CommandFailure? {
    for (place, words) in origins {
      do {
        _ = try SubmitOptions.parse(words)
      } catch {
        let text = SubmitOptions.message(for: error)
          .split(separator: "\n").joined(separator: " ")
        let what = text.prefix(1).lowercased() + text.dropFirst()
        let plain = what.last == "." ? String(what.dropLast()) : what
        return CommandFailure(
          "\(place): \(plain); gsub --help shows how options are written", exitCode: 2)
      }
    }
    return nil
  }
}
