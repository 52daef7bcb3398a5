import Foundation

/// The reference fleet and its policy, small and hurried: sites, pods, models, members and modes
/// are those of `Policies/`, spans of minutes are so many times shorter.
enum SmallGigafactory {
  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The policy as it stands in `Policies/gigafactory.yaml`, its minutes divided by a number.
  ///
  /// The fence stays: how long the daemon is away is not hurried.
  static func policy(hurry: Int) throws -> String {
    let text = try String(
      contentsOf: root.appending(path: "Policies/gigafactory.yaml"), encoding: .utf8)
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { part in
      let line = String(part)
      guard !line.hasPrefix("#"), !line.hasPrefix("fence:") else { return line }
      return line.replacing(/(\d+) min/) { match in
        "\(max(1, (Int(match.1) ?? 0) * 60 / hurry)) s"
      }
    }.joined(separator: "\n")
  }

  /// Another policy of the same accounts and modes: fewer promises, another half-life.
  static func changed(_ policy: String) -> String {
    policy.replacing("reservations: 100", with: "reservations: 20")
      .replacing("half-life: 7 d", with: "half-life: 1 d")
  }

  /// The fleet; grown by a pod of Cernavodă and half of Doicești.
  static func fleet(isGrown: Bool) -> String {
    """
    fleet: gigafactory-small
    node-types:
      h200x8: {model: h200, accelerators: 8, watts: 700 W, cores: 112, memory: 2 TiB}
      h200x8-sliced:
        model: h200
        accelerators: 8
        watts: 700 W
        cores: 112
        memory: 2 TiB
        sharing: mig
        geometry: h200-141gb
      mi355x8:
        model: mi355x
        accelerators: 8
        watts: 1400 W
        cores: 256
        memory: 3 TiB
        sharing: fractions
      gb200x4: {model: gb200, accelerators: 4, watts: 1200 W, cores: 144, memory: 960 GiB}
    sites:
      - name: cernavoda
        country: RO
        oversubscription: 16:1
        pods:
          - names: "t[0-\(isGrown ? 2 : 1)]"
            type: h200x8
            rails: 8
            oversubscription: 2:1
            leaves:
              - {names: "l[0-1]", nodes: "{pod}{leaf}n[0-7]"}
          - name: play
            type: h200x8-sliced
            leaves:
              - {names: "l[0-0]", nodes: "{pod}{leaf}n[0-3]"}
          - name: i0
            type: mi355x8
            rails: 8
            leaves:
              - {names: "l[0-1]", nodes: "{pod}{leaf}n[0-3]"}
      - name: doicesti
        country: RO
        oversubscription: 16:1
        pods:
          - names: "g[0-9]"
            type: gb200x4
            rails: 4
            oversubscription: 2:1
            leaves:
              - names: "l[0-0]"
                blocks:
                  - {names: "b[0-1]", nodes: "{pod}{leaf}{block}n[0-\(isGrown ? 3 : 1)]"}
    """
  }

  /// How many nodes the fleet has.
  static func nodeCount(isGrown: Bool) -> Int {
    (isGrown ? 3 : 2) * 16 + 4 + 8 + 10 * 2 * (isGrown ? 4 : 2)
  }
}
