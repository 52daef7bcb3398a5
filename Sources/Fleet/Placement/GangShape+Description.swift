import Units

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
  public var coreText: String { Thousandths(Int(milliCores)).text }
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
