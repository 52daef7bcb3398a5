import Foundation

/// A linear program over variables that are not negative, as text for `glpsol`.
struct LinearProgram {
  enum Aim: String { case maximize = "Maximize", minimize = "Minimize" }
  enum Relation: String { case atLeast = ">=", atMost = "<=" }

  struct Variable {
    /// What one of it adds to the objective.
    var worth: Double
    var most = Double.infinity
    /// What one of it adds to each row.
    var uses: [(row: Int, amount: Double)]
  }

  let aim: Aim
  let rows: [(relation: Relation, limit: Double)]
  var variables: [Variable] = []

  /// The program in CPLEX's LP format; the rows are r0, r1…, the variables x0, x1….
  var text: String {
    var terms = Array(repeating: "", count: rows.count)
    var objective = ""
    var bounds = ""
    for (index, variable) in variables.enumerated() {
      // A variable is numbered by where it is named first: all of them are, here.
      objective += Self.term(variable.worth, index)
      for (row, amount) in variable.uses { terms[row] += Self.term(amount, index) }
      if variable.most.isFinite { bounds += " x\(index) <= \(variable.most)\n" }
    }
    var text = "\(aim.rawValue)\n o:\n\(objective)Subject To\n"
    for (index, row) in rows.enumerated() {
      text += " r\(index):\n\(terms[index]) \(row.relation.rawValue) \(row.limit)\n"
    }
    return text + "Bounds\n\(bounds)End\n"
  }

  /// A line each, as the format has no lines of more than 560 characters.
  private static func term(_ amount: Double, _ index: Int) -> String {
    " \(amount < 0 ? "-" : "+") \(abs(amount)) x\(index)\n"
  }
}

/// The optimum of a linear program.
struct Optimum {
  var value: Double
  /// By row: how much the optimum moves when its limit rises by one.
  var duals: [Double]
}

/// GLPK's solver, run on files in a temporary folder of its own.
struct Glpsol: ~Copyable {
  private let solver: URL
  private let folder: URL

  /// - Throws: `PackingFailure` where GLPK is not installed.
  init() throws {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let found = folders.map { URL(filePath: String($0)).appending(path: "glpsol") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    guard let found else {
      throw PackingFailure("glpsol is not installed; './dev setup' installs it")
    }
    let scratch = FileManager.default.temporaryDirectory
      .appending(path: "bound-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    solver = found
    folder = scratch
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Solves a program.
  ///
  /// - Throws: `PackingFailure` where it has no optimum.
  func solve(_ program: LinearProgram) throws -> Optimum {
    let question = folder.appending(path: "question.lp")
    let answer = folder.appending(path: "answer.txt")
    try Data(program.text.utf8).write(to: question)
    let process = Process()
    process.executableURL = solver
    process.arguments = ["--lp", question.path, "--write", answer.path]
    let messages = Pipe()
    process.standardOutput = messages
    process.standardError = messages
    try process.run()
    let said = try messages.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw PackingFailure("glpsol failed:\n\(String(decoding: said, as: UTF8.self))")
    }
    return try Self.read(String(contentsOf: answer, encoding: .utf8), rows: program.rows.count)
  }

  /// Reads a basic solution in GLPK's own format: a line `s` with the objective, a line `i` for
  /// each row.
  private static func read(_ text: String, rows: Int) throws -> Optimum {
    var value: Double?
    var duals: [Double] = []
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.starts(with: ["s", "bas"]), words.count == 7, words[4] == "f", words[5] == "f" {
        value = Double(words[6])
      } else if words.first == "i", words.count == 5, let dual = Double(words[4]) {
        duals.append(dual)
      }
    }
    guard let value, duals.count == rows else {
      throw PackingFailure("glpsol found no optimum; it wrote:\n\(text.prefix(400))")
    }
    return Optimum(value: value, duals: duals)
  }
}
