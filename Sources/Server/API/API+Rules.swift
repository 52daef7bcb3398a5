import Cluster
import Foundation
import Hummingbird
import HummingbirdCore
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
    let change = try RuleChange(policy: file, on: state.topology, from: call.caller.author)
    return try await make(change, file, call)
  }

  func changeFleet(_ call: Call) async throws(Refusal) -> Response {
    let body = try await call.body(most: 64 << 20)
    let file = NamedText(name: "fleet", text: String(decoding: body, as: UTF8.self))
    return try await make(try RuleChange(fleet: file, from: call.caller.author), file, call)
  }

  /// Changes the policy in force and writes it anew; what only a person would write in it is lost.
  func editPolicy(_ call: Call) async throws(Refusal) -> Response {
    let edit = try await call.message(PolicyEdit.self)
    let policy = try PolicyEditing(state.policy).edited(by: edit)
    let file = NamedText(name: "policy", text: PolicyFile.text(of: policy))
    let change = try RuleChange(policy: file, on: state.topology, from: call.caller.author)
    return try await make(change, file, call)
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
