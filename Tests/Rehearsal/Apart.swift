import Dispatch

/// Does what blocks on a thread of its own, so that no task of others waits for it meanwhile.
///
/// There are no more threads for tasks than cores: tests that block them keep all others waiting.
public func apart<T: Sendable>(
  _ body: @escaping @Sendable () throws -> T
) async throws -> T {
  try await withCheckedThrowingContinuation { continuation in
    DispatchQueue(label: "apart").async { continuation.resume(with: Result(catching: body)) }
  }
}
