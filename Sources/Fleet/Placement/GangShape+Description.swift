extension MemberShape: CustomStringConvertible {
  public var description: String {
    var parts: [String] = []
    if accelerators > 0 {
      parts.append("\(accelerators)\(share.description) accelerator\(accelerators == 1 ? "" : "s")")
    }
    if host.milliCores > 0 { parts.append("\(host.coreText) cores") }
    if host.memory > 0 { parts.append("\(host.memory) MiB") }
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

extension HostShare {
  /// Its cores as a decimal number: `4`, `3.152`.
  public var coreText: String {
    let (whole, part) = Int(milliCores).quotientAndRemainder(dividingBy: 1000)
    guard part > 0 else { return "\(whole)" }
    var digits = String(1000 + part).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    return "\(whole).\(digits)"
  }
}

extension DeviceShare: CustomStringConvertible {
  public var description: String {
    switch self {
    case .whole: ""
    case .milli(let part): " × \(part)/1000"
    case .mig(let profile): " × \(profile.name)"
    }
  }
}
