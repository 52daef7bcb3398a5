// swift-tools-version: 6.2
import PackageDescription

/// The settings of every target in the house.
let house: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

/// A room of the house, and the rooms it may look into: the table of Documentation/Architecture.md,
/// which TidyTests checks.
func room(_ name: String, _ imports: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: imports, exclude: ["README.md"], swiftSettings: house)
}

/// The tests of one room; `golden` where a folder of expected texts lies beside them.
func tests(_ name: String, _ imports: [Target.Dependency], golden: Bool = false) -> Target {
  .testTarget(
    name: name, dependencies: imports, exclude: golden ? ["Golden"] : [], swiftSettings: house)
}

let core: [Target.Dependency] = [
  "Units", "Fleet", "Accounts", "Jobs", "Policy", "Cluster", "Scheduling", "Control",
]

let package = Package(
  name: "muster",
  products: [
    // What the nested package of benchmarks measures.
    .library(
      name: "MusterCore",
      targets: [
        "Units", "Fleet", "Accounts", "Jobs", "Policy", "Cluster", "Scheduling", "Control",
      ]),
    .library(
      name: "MusterSimulation",
      targets: ["Traces", "Simulation", "Printing", "Reports", "PolicyFiles"]),
    .library(
      name: "MusterStore", targets: ["Accounts", "Jobs", "Cluster", "Control", "Codec", "Store"]),
    // What the agent's tests load in place of NVIDIA's library.
    .library(name: "FakeNVML", type: .dynamic, targets: ["FakeNVML"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.1.0"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.1.0"),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.15.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.8.0"),
  ],
  targets: [
    // The core: pure, deterministic, no I/O.
    room("Units"),
    room("Fleet", ["Units"]),
    room("Accounts", ["Units"]),
    room("Jobs", ["Units", "Fleet"]),
    room("Policy", ["Units", "Fleet", "Accounts", "Jobs"]),
    room("Cluster", ["Units", "Fleet", "Accounts", "Jobs", "Policy"]),
    room("Scheduling", ["Units", "Fleet", "Accounts", "Jobs", "Policy", "Cluster"]),
    room("Control", ["Units", "Fleet", "Accounts", "Jobs", "Policy", "Cluster", "Scheduling"]),

    // What is kept, as bytes; as pure as the core.
    room("Codec", core),

    // The C-facing rooms: one Swift wrapper each.
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CLibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CUsers"),
    room("Gzip", ["CZlib"]),
    room("Hashing", ["CLibCrypto"]),
    room("Users", ["CUsers"]),

    // The edge: everything below may do I/O.
    room("Traces", ["Units", "Gzip"]),
    room("PolicyFiles", core + ["Traces", .product(name: "Yams", package: "Yams")]),
    room("Simulation", core + ["Codec", "Traces", "Hashing", "PolicyFiles"]),
    room("Store", core + ["Codec", "Hashing", .product(name: "GRDB", package: "GRDB.swift")]),
    room("Printing"),
    // The scripts and the style of HTML reports are compiled in, so that programs need no folder.
    .target(
      name: "Reports", dependencies: core + ["Hashing", "Simulation", "Printing"],
      exclude: ["README.md"], resources: [.embedInCode("Page")], swiftSettings: house),
    room("Wire", core),
    room(
      "Client",
      [
        "Wire",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ]),
    room(
      "Arguments",
      [
        "Units", "Fleet", "Jobs", "Wire", "Client",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .target(name: "CTaskLauncher", exclude: ["README.md"]),
    .executableTarget(
      name: "gnoded-shim", dependencies: ["CTaskLauncher"], exclude: ["README.md"]),
    room(
      "Agent",
      [
        "Units", "Fleet", "Arguments", "Wire", "Client", "PolicyFiles", "CTaskLauncher",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "gnoded", dependencies: ["Agent", "gnoded-shim"], exclude: ["README.md"],
      swiftSettings: house),
    room(
      "Server",
      core + [
        "Arguments", "Codec", "Store", "Users", "Wire", "PolicyFiles",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "SwiftASN1", package: "swift-asn1"),
        .product(name: "X509", package: "swift-certificates"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ]),
    room(
      "ClientCommands",
      [
        "Units", "Fleet", "Jobs", "Printing", "Arguments", "Wire", "Client",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    room(
      "Workbench",
      core + [
        "Arguments", "Client", "Codec", "Gzip", "Hashing", "PolicyFiles", "Printing", "Reports",
        "Simulation", "Store", "Traces", "Wire",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "gsim", dependencies: ["Workbench"], exclude: ["README.md"], swiftSettings: house),
    .executableTarget(
      name: "muster", dependencies: ["ClientCommands"], exclude: ["README.md"],
      swiftSettings: house),

    .executableTarget(
      name: "gschedd", dependencies: ["Server"], exclude: ["README.md"], swiftSettings: house),

    // The tests.
    .target(
      name: "TestFiles", path: "Tests/TestFiles", exclude: ["README.md"], swiftSettings: house),
    .target(
      name: "MemoryGroups", path: "Tests/MemoryGroups", exclude: ["README.md"],
      swiftSettings: house),
    .target(
      name: "FakeController", path: "Tests/FakeController", exclude: ["README.md"],
      swiftSettings: house),
    .target(
      name: "Rehearsal",
      dependencies: core + ["Client", "Codec", "Simulation", "Store", "Wire"],
      path: "Tests/Rehearsal", exclude: ["README.md"], swiftSettings: house),
    .executableTarget(
      name: "rehearse",
      dependencies: [
        "Rehearsal", "gschedd", "gnoded", "gnoded-shim", "gsim", "muster",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Rehearse", exclude: ["README.md"], swiftSettings: house),
    tests("UnitsTests", ["Units", "TestFiles"]),
    tests("FleetTests", ["Units", "Fleet"]),
    tests("AccountsTests", ["Units", "Accounts"]),
    tests("SchedulingTests", core + ["Simulation", "Traces"], golden: true),
    tests("GzipTests", ["Gzip", "Units", "TestFiles"]),
    tests("HashingTests", ["Hashing"]),
    tests("PrintingTests", ["Printing", "Units"]),
    tests("TracesTests", ["Traces", "Units", "Gzip", "TestFiles"]),
    tests("ClusterTests", ["Units", "Fleet", "Jobs", "Accounts", "Policy", "Cluster"]),
    tests("ControlTests", core),
    tests(
      "PolicyFilesTests", ["PolicyFiles", "Units", "Fleet", "Accounts", "Policy", "TestFiles"],
      golden: true),
    tests(
      "SimulationTests", core + ["Codec", "Simulation", "Traces", "PolicyFiles", "TestFiles"]),
    tests("ReportsTests", core + ["Codec", "Reports", "Simulation", "Traces", "TestFiles"]),
    tests("WorkbenchTests", ["gsim", "Hashing", "TestFiles"]),
    tests(
      "CodecTests", core + ["Codec", "Simulation", "PolicyFiles", "TestFiles"], golden: true),
    tests(
      "StoreTests",
      core + [
        "Codec", "Store", "Hashing", "Simulation", "TestFiles", "store-writer",
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    tests(
      "ServerTests",
      core + [
        "Client", "Codec", "PolicyFiles", "Server", "Store", "Users", "Wire",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "SwiftASN1", package: "swift-asn1"),
        .product(name: "X509", package: "swift-certificates"),
      ]),
    .executableTarget(
      name: "store-writer", dependencies: core + ["Codec", "Store"], path: "Tests/StoreWriter",
      exclude: ["README.md"], swiftSettings: house),
    tests(
      "AgentTests",
      ["Units", "Wire", "Agent", "gnoded", "gnoded-shim", "FakeNVML", "MemoryGroups"]),
    .target(name: "FakeNVML", path: "Tests/FakeNVML", exclude: ["README.md"]),
    tests("ClientTests", ["Client", "Wire", "FakeController"]),
    tests(
      "ClientCommandsTests",
      ["ClientCommands", "Wire", "Units", "FakeController", "TestFiles"], golden: true),
    tests(
      "RehearsalTests",
      core + [
        "Rehearsal", "Client", "Codec", "Simulation", "Store", "Wire", "gschedd", "gnoded",
        "gnoded-shim", "gsim", "muster", "MemoryGroups",
      ]),
    tests("EnduranceTests", ["Units", "Fleet", "PolicyFiles"]),
    tests("ReplayTests", core + ["Simulation", "Traces", "PolicyFiles"]),
    tests("TidyTests", []),
  ]
)
