import Cluster
import Codec
import Foundation
import Logging
import Policy
import PolicyFiles
import Store
import Units
import Wire

/// The rules and the fleet: changed while the daemon runs.
extension API {
  func changePolicy(_ call: Call) async throws(Refusal) -> Response {
    let body = try await call.body(most: 16 << 20)
    let file = NamedText(name: "policy", text: String(decoding: body, as: UTF8.self))
    let change = try RuleChange(
      policy: file, on: state.topology, try account(of: call), from: call.caller.author)
    // What is no digest is that of no policy.
    let judged = call.text("in_force").map { Self.bytes($0) ?? [] }
    return try await make(change.judged(against: judged), file, call)
  }

  /// What is kept of why it is made, and of what was foreseen; nil: nothing was said.
  private func account(of call: Call) throws(Refusal) -> PolicyChange? {
    guard let reason = call.text("reason") else { return nil }
    var change = PolicyChange(file: [], reason: reason)
    if let digits = call.text("plan") {
      guard let digest = Self.bytes(digits), digest.count == 32 else {
        throw call.refusal("plan", digits, fix: "give the plan's SHA-256, 64 hexadecimal digits")
      }
      change.plan = PolicyChange.Plan(
        digest: digest, summary: call.text("summary") ?? "",
        broken: (call.text("broken") ?? "").split(separator: "\n").map(String.init))
    }
    if let word = call.text("restored") {
      guard let entry = UInt64(word) else {
        throw call.refusal("restored", word, fix: "give the number of an entry")
      }
      change.restored = entry
    }
    return change
  }

  private static func bytes(_ digits: String) -> [UInt8]? {
    let digits = Array(digits.utf8)
    guard digits.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      let pair = String(decoding: digits[index..<index + 2], as: UTF8.self)
      guard let byte = UInt8(pair, radix: 16) else { return nil }
      bytes.append(byte)
    }
    return bytes
  }

  func changeFleet(_ call: Call) async throws(Refusal) -> Response {
    let body = try await call.body(most: 64 << 20)
    let file = NamedText(name: "fleet", text: String(decoding: body, as: UTF8.self))
    return try await make(try RuleChange(fleet: file, from: call.caller.author), file, call)
  }

  /// Changes the policy in force and writes it anew; what only a person would write in it is lost.
  func editPolicy(_ call: Call) async throws(Refusal) -> Response {
    let edit = try await call.message(PolicyEdit.self)
    // What is edited is the policy of this file, or of a later one: then it is refused.
    let inForce = try RuleChange.policyInForce(of: controller)
    let policy = try PolicyEditing(state.policy).edited(by: edit)
    let file = NamedText(name: "policy", text: PolicyFile.text(of: policy))
    let change = try RuleChange(policy: file, on: state.topology, from: call.caller.author)
    return try await make(change.judged(against: inForce), file, call)
  }

  private func make(
    _ change: RuleChange, _ file: NamedText, _ call: Call
  ) async throws(Refusal) -> Response {
    if call.text("dry_run") == "true" {
      try await change.check(on: controller)
    } else {
      try await change.apply(to: controller)
      logger.notice("the \(file.name) was changed by \(call.caller.author)")
    }
    return Reply.text(Array(file.text.utf8), type: "application/yaml")
  }
}
