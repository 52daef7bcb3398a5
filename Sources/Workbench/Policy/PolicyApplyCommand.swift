import ArgumentParser
import Arguments
import Client
import Foundation
import Hashing
import Reports
import Wire

/// `gpolicy apply`: makes a change that a plan has judged.
struct PolicyApplyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply",
    abstract: "Apply a policy, unless it breaks one of its guard rails.",
    discussion: """
      It is planned first, or judged by a plan that 'gpolicy plan --json FILE' has written for \
      this very file and the policy still in force. Reason, author and what the plan came to are \
      kept in the journal with the change, which comes into force between two cycles.
      """)

  @Argument(
    help: ArgumentHelp("The new policy file.", valueName: "new"),
    completion: .file(extensions: ["yaml"]))
  var new: String

  @Option(help: ArgumentHelp("Why: it is kept for good.", valueName: "text"))
  var reason: String

  @Option(
    help: ArgumentHelp("A plan of this change; else one is made now.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var plan: String?

  @Flag(help: "Apply it though guard rails break; they are kept in the journal.")
  var despiteGuardRails = false

  @OptionGroup var options: PlanOptions

  func validate() throws {
    try validateReason(reason)
    guard options.state == nil else {
      throw ValidationError("--state: a policy is applied to a daemon; leave this away")
    }
    if plan != nil { try options.checkNoJournal("with --plan the plan has been made") }
  }

  func run() throws {
    let proposal = try ProposedPolicy(new)
    let client = try options.controller.client(
      environment: ProcessInfo.processInfo.environment)
    let judgement: Judgement
    if let plan {
      judgement = try Judgement(reading: plan)
    } else {
      let report = try Planning(options).report(of: proposal)
      try StandardOutput.write(report.text() + "\n")
      judgement = try Judgement(report)
    }
    try judgement.check(of: proposal)
    guard judgement.broken.isEmpty || despiteGuardRails else {
      throw CommandFailure(
        "\(new) is not applied: \(judgement.summary)\n  "
          + judgement.broken.joined(separator: "\n  ")
          + "\nChange the policy, or apply it all the same by --despite-guard-rails")
    }
    var query = [("reason", reason), ("in_force", judgement.inForce)]
    query += [("plan", judgement.digest), ("summary", judgement.summary)]
    if !judgement.broken.isEmpty {
      query.append(("broken", judgement.broken.joined(separator: "\n")))
    }
    try send(proposal, query, to: client)
    try StandardOutput.write("Applied \(new): \(judgement.summary)\n")
  }
}

/// Somebody who reads it in a year must find something there.
func validateReason(_ reason: String) throws {
  let bytes = reason.utf8.count
  guard reason.contains(where: { !$0.isWhitespace }), bytes <= 1000 else {
    throw ValidationError("--reason: say why, in 1000 bytes at most")
  }
}

/// Sends a policy file to a daemon; the daemon knows line and column, not what it is called here.
func send(
  _ proposal: ProposedPolicy, _ query: ControllerClient.Query, to client: ControllerClient
) throws {
  do throws(ClientError) {
    _ = try client.post(file: Data(proposal.bytes), to: Route.policy, query)
  } catch {
    guard case .refused(let refusal) = error else { throw error }
    throw CommandFailure("\(proposal.path): \(refusal)")
  }
}

/// What a plan says of a change, with the files that it is about.
private struct Judgement {
  private let subject: Plan
  let digest: String

  private struct Plan: Decodable {
    struct File: Decodable {
      var policy: String
      var sha256: String
    }

    var in_force: File
    var new: File
    var broken: [String]
    var summary: String
  }

  var inForce: String { subject.in_force.sha256 }
  var broken: [String] { subject.broken }
  var summary: String { subject.summary }

  init(_ report: PlanReport) throws { try self.init(Array(report.json()), "the plan") }

  init(reading path: String) throws {
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw ValidationError("--plan \(path): can't be read; name what gpolicy plan --json wrote")
    }
    try self.init(Array(bytes), path)
  }

  private init(_ bytes: [UInt8], _ name: String) throws {
    guard let plan = try? JSONDecoder().decode(Plan.self, from: Data(bytes)) else {
      throw ValidationError("--plan \(name): is no plan; name what gpolicy plan --json wrote")
    }
    subject = plan
    digest = SHA256Digester.digest(of: bytes)
  }

  /// - Throws: where the plan is of another file.
  func check(of proposal: ProposedPolicy) throws {
    guard subject.new.sha256 == proposal.digest else {
      throw CommandFailure(
        "the plan is not of \(proposal.path) as it is now: plan it again, or leave --plan away")
    }
  }
}
