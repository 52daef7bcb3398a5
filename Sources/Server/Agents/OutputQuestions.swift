import Synchronization
import Units
import Wire

/// Questions for parts of outputs that agents have not answered yet.
struct OutputQuestions: Sendable {
  private enum Standing: Sendable {
    case asked(Gate)
    case answered(OutputPart)
  }

  private var last: UInt64 = 0
  private var standings: [UInt64: Standing] = [:]

  /// A new question's number, and the gate that opens with its answer.
  mutating func ask() -> (number: UInt64, gate: Gate) {
    last += 1
    let gate = Gate()
    standings[last] = .asked(gate)
    return (last, gate)
  }

  /// Keeps an answer; returns who waits for it, and nil where nobody does.
  mutating func answer(_ part: OutputPart) -> Gate? {
    guard case .asked(let gate) = standings[part.question] else { return nil }
    standings[part.question] = .answered(part)
    return gate
  }

  /// Takes a question back, with its answer where one has come.
  mutating func finish(_ number: UInt64) -> OutputPart? {
    guard case .answered(let part) = standings.removeValue(forKey: number) else { return nil }
    return part
  }
}

extension AgentHub {
  /// The most bytes of one answer.
  static let mostOutput = 256 * 1024

  /// How long an agent may take to answer, in milliseconds.
  static let longestAnswer = 10_000

  /// Asks the agent of a node for a part of a member's output.
  ///
  /// - Throws: `Refusal` where its agent isn't there, or doesn't answer.
  func output(
    of member: MemberName, on node: NodeID, _ query: OutputQuery
  ) async throws(Refusal) -> OutputPart {
    let (number, gate) = questions.withLock { $0.ask() }
    let question = OutputQuestion(
      question: number, member: member, stream: query.stream, offset: query.offset,
      most: Self.mostOutput)
    let waiting = table.withLock { table -> Gate?? in
      guard let session = table.session[node], table.sessions[session] != nil else { return nil }
      return .some(table.sessions[session]?.add(.readOutput(question)) ?? nil)
    }
    guard let waiting else {
      _ = questions.withLock { $0.finish(number) }
      throw Refusal(
        "no-agent", "the agent of the node isn't heard of", where: "member",
        fix: "ask again when it is back; 'gnodes' shows it")
    }
    waiting?.open()
    await gate.wait(atMost: Self.longestAnswer)
    guard let part = questions.withLock({ $0.finish(number) }) else {
      throw Refusal(
        "no-answer", "the agent of the node doesn't answer", where: "member", fix: "ask again")
    }
    if let trouble = part.trouble {
      throw Refusal("no-output", trouble, where: "member", fix: "see whether the job has begun")
    }
    return part
  }
}
