public import Policy

/// A policy file: YAML that names a value for each rule, decoded into one `ClusterPolicy`.
public enum PolicyFile {
  /// Reads a policy from a file's text.
  ///
  /// - Parameter file: what to call it in errors.
  /// - Throws: `PolicyFileError` with line and column of what it can't use.
  public static func decode(_ text: String, file: String) throws(PolicyFileError) -> ClusterPolicy {
    let root = try DocumentNode.root(of: text, file: file)
    let keys = try root.mapping(keys: [
      "policy", "order", "head", "backfill", "backfill-order", "compression",
    ])
    guard let name = keys["policy"] else {
      throw root.error("the policy has no name", fix: "add 'policy: NAME'")
    }
    var policy = ClusterPolicy(name: try name.text())
    if let order = keys["order"] { policy.order = try order.choice() }
    if let head = keys["head"] { policy.head = try head.choice() }
    if let backfill = keys["backfill"] { policy.backfill = try backfill.choice() }
    if let order = keys["backfill-order"] { policy.backfillOrder = try order.choice() }
    if let compression = keys["compression"] {
      guard policy.backfill == .conservative else {
        throw compression.error(
          "'compression' goes with 'backfill: conservative' alone",
          fix: "remove it, or change the backfill")
      }
      policy.compression = try compression.choice()
    }
    return policy
  }
}
