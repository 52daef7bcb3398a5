import ArgumentParser
import Foundation
import Reports

/// `gpolicy plan`: what a change of the policy would do.
struct PolicyPlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Say who would win and who would lose by a policy; change nothing.",
    discussion: """
      The jobs of the last weeks are taken from the scheduler's journal and replayed under the \
      policy in force and under the new one; the jobs that live now are followed until they start. \
      The new policy's guard rails are held against both. Exit code: 1 where one of them breaks.

      With --trace it is judged by recorded jobs instead, as gsim replay reads them: \
      gpolicy plan new.yaml --trace sacct.txt --fleet fleet.yaml --in-force now.yaml
      """)

  @Argument(
    help: ArgumentHelp("The new policy file.", valueName: "new"),
    completion: .file(extensions: ["yaml"]))
  var new: String

  @OptionGroup var options: PlanOptions

  @OptionGroup(title: "Instead of the journal") var trace: PlanTraceOptions

  @Option(
    help: ArgumentHelp("Write the plan as JSON; - for standard output.", valueName: "file|-"),
    completion: .file())
  var json: String?

  func validate() throws { try trace.check(beside: options) }

  func run() throws {
    let proposal = try ProposedPolicy(new)
    let output = try JSONOutput(json, inputs: [new] + options.inputs + trace.inputs)
    let report = try Planning(options, trace).report(of: proposal)
    if !output.takesStandardOutput { try StandardOutput.write(report.text()) }
    try output.write(report.json())
    guard report.broken.isEmpty else { throw ExitCode(1) }
  }
}
