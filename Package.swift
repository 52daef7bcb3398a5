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

/// A room of the house, and the rooms it may look into: ARCHITECTURE's table, which TidyTests checks.
func room(_ name: String, _ imports: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: imports, exclude: ["README.md"], swiftSettings: house)
}

/// The tests of one room.
func tests(_ name: String, _ imports: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: imports, swiftSettings: house)
}

let core: [Target.Dependency] = [
  "Units", "Fleet", "Jobs", "Policy", "Cluster", "Scheduling", "Control",
]

let package = Package(
  name: "muster",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // The core: pure, deterministic, no I/O.
    room("Units"),
    room("Fleet", ["Units"]),
    room("Jobs", ["Units", "Fleet"]),
    room("Policy", ["Units", "Fleet", "Jobs"]),
    room("Cluster", ["Units", "Fleet", "Jobs", "Policy"]),
    room("Scheduling", ["Units", "Fleet", "Jobs", "Policy", "Cluster"]),
    room("Control", ["Units", "Fleet", "Jobs", "Policy", "Cluster", "Scheduling"]),

    tests("UnitsTests", ["Units"]),
    tests("TidyTests", []),
  ]
)
