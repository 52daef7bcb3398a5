public import Foundation

/// How messages are written: JSON, keys in `snake_case` and in order, instants in ISO 8601.
public enum WireJSON {
  /// A message as bytes.
  public static func encode(_ message: some Encodable) throws -> Data {
    try encoder().encode(message)
  }

  /// A message from bytes.
  ///
  /// - Throws: `Refusal` that says where the body is not what was expected.
  public static func decode<Message: Decodable>(
    _: Message.Type = Message.self, from body: Data
  ) throws(Refusal) -> Message {
    do {
      return try decoder().decode(Message.self, from: body)
    } catch {
      throw Refusal(unreadable: error)
    }
  }

  private static func encoder() -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }

  private static func decoder() -> JSONDecoder {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return decoder
  }
}

extension Refusal {
  /// What is wrong with a body that is no message.
  fileprivate init(unreadable error: any Error) {
    guard let error = error as? DecodingError else {
      self.init("bad-body", "the body can't be read: \(error)", fix: "send the JSON of the API")
      return
    }
    let (context, what) =
      switch error {
      case .keyNotFound(let key, let context): (context, "'\(key.stringValue)' is missing")
      case .typeMismatch(_, let context), .valueNotFound(_, let context),
        .dataCorrupted(let context):
        (context, context.debugDescription)
      @unknown default:
        (DecodingError.Context(codingPath: [], debugDescription: ""), "\(error)")
      }
    let path = context.codingPath.map(\.stringValue).joined(separator: ".")
    self.init(
      "bad-body", what, where: path.isEmpty ? "body" : "body: \(path)",
      fix: "send the JSON that Documentation/Reference/API.md describes")
  }
}
