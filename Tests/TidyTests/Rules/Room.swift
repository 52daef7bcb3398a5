/// A target of the house and what it may import: the table of `Documentation/Architecture.md`.
struct Room: Sendable {
  enum Floor {
    /// Pure and deterministic: no input or output, no clock, the standard library only.
    case core
    /// May do input and output.
    case edge
    /// Twenty lines that start a command.
    case executable
    /// A C library's headers; no Swift.
    case header
  }

  let name: String
  let floor: Floor
  let imports: Set<String>

  /// Whether it may hold `unsafe` code: the one Swift wrapper of a C library.
  var wrapsC: Bool { !imports.isDisjoint(with: Self.headers.map(\.name)) }

  /// All rooms, lowest floor first: a room imports only what stands before it.
  static let table = headers + core + edge + executables

  /// The rooms whose events, plans and policies replay to the same bytes.
  static let core: [Room] = {
    let names = [
      "Units", "Fleet", "Accounts", "Jobs", "Policy", "Cluster", "Scheduling", "Control",
      "Codec",
    ]
    return names.indices.map { index in
      Room(name: names[index], floor: .core, imports: Set(names[..<index]))
    }
  }()

  private static let coreNames = core.map(\.name)

  private static let headers = [
    Room(name: "CZlib", floor: .header, imports: []),
    Room(name: "CLibCrypto", floor: .header, imports: []),
    Room(name: "CTaskLauncher", floor: .header, imports: []),
    Room(name: "CUsers", floor: .header, imports: []),
  ]

  private static let edge = [
    edge("Gzip", ["CZlib"]),
    edge("Hashing", ["CLibCrypto"]),
    edge("Users", ["CUsers", "Synchronization"]),
    edge("Traces", ["Units", "Jobs", "Gzip"]),
    edge("PolicyFiles", coreNames + ["Traces", "Yams"]),
    edge("Simulation", coreNames + ["Traces", "Hashing", "PolicyFiles"]),
    edge("Store", coreNames + ["Hashing", "GRDB", "Dispatch", "Synchronization"]),
    edge("Printing", []),
    edge("Reports", coreNames + ["Hashing", "Simulation", "Printing"]),
    edge("Wire", coreNames),
    edge(
      "Client",
      ["Wire", "NIOCore", "NIOHTTP1", "NIOPosix", "NIOSSL", "Dispatch", "Synchronization"]),
    edge("Arguments", ["Units", "Fleet", "Jobs", "Wire", "Client", "ArgumentParser"]),
    edge(
      "Agent",
      [
        "Units", "Fleet", "Arguments", "Wire", "Client", "PolicyFiles", "ArgumentParser",
        "CTaskLauncher",
        "Dispatch", "Synchronization",
      ]),
    edge(
      "Server",
      coreNames + [
        "Arguments", "Store", "Users", "Wire", "PolicyFiles", "ArgumentParser", "Crypto",
        "Dispatch", "Logging", "NIOCore", "NIOHTTP1", "NIOPosix", "NIOSSL", "ServiceLifecycle",
        "SwiftASN1", "Synchronization", "UnixSignals", "X509",
      ]),
    edge(
      "ClientCommands",
      ["Units", "Fleet", "Jobs", "Printing", "Arguments", "Wire", "Client", "ArgumentParser"]),
    edge(
      "Workbench",
      coreNames + [
        "Arguments", "Client", "Gzip", "Hashing", "PolicyFiles", "Printing", "Reports",
        "Simulation", "Store", "Traces", "Wire", "ArgumentParser", "Dispatch", "Synchronization",
      ]),
  ]

  private static let executables = [
    Room(name: "gsim", floor: .executable, imports: ["Workbench"]),
    Room(name: "gschedd", floor: .executable, imports: ["Server"]),
    Room(name: "gnoded", floor: .executable, imports: ["Agent"]),
    Room(name: "gnoded-shim", floor: .executable, imports: ["CTaskLauncher"]),
    Room(name: "muster", floor: .executable, imports: ["ClientCommands"]),
  ]

  /// What comes with the compiler and reads clocks and files.
  private static let system: Set<String> = ["Foundation", "Glibc"]

  private static func edge(_ name: String, _ imports: [String]) -> Room {
    Room(name: name, floor: .edge, imports: system.union(imports))
  }

  /// The room that a file belongs to, or nil where it is in none of the table.
  static func of(_ source: SwiftSource) -> Room? {
    guard source.isInSources else { return nil }
    return table.first { $0.name == source.target }
  }
}
