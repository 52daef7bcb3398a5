extension MemberShape: CustomStringConvertible {
  public var description: String {
    var parts: [String] = []
    if accelerators > 0 { parts.append("\(accelerators) accelerators") }
    if cores > 0 { parts.append("\(cores) cores") }
    if wholeNode { parts.append("the whole node") }
    return parts.isEmpty ? "nothing" : parts.joined(separator: ", ")
  }
}

extension GangShape: CustomStringConvertible {
  public var description: String {
    let equal = "\(members) × (\(member))"
    return rest.map { "\(equal) + 1 × (\($0))" } ?? equal
  }
}
