import Fleet
import Policy
import Testing
import Units

private let hour = TimeSpan.seconds(3600)

/// Hours after the beginning.
private func at(_ hours: Int64) -> Instant {
  Instant(milliseconds: hours * hour.milliseconds)
}

/// First come, first served with promises, and windows by node, in hours: `w n0 4..6`, or
/// `w n0 4..6 every 10`; one that begins with `+` is kept for whoever asks for it.
private func policy(_ windows: String...) -> ClusterPolicy {
  var policy = ClusterPolicy(name: "windows")
  policy.backfill = .reserving
  policy.windows = windows.map { text in
    let words = text.split(separator: " ").map(String.init)
    let times = words[2].split(separator: "..").compactMap { Int64($0) }
    var window = CapacityWindow(
      name: words[0].filter { $0 != "+" }, places: [words[1]], from: at(times[0]),
      until: at(times[1]))
    if words.count > 3 {
      window.every = Int64(words[4]).map { TimeSpan(milliseconds: $0 * hour.milliseconds) }
    }
    if text.hasPrefix("+") { window.accounts = [.root] }
    return window
  }
  return policy
}

@Suite struct `Windows, drawn on a time line` {
  @Test func `let nobody run into them, and whoever ends as they begin`() throws {
    let jobs = """
      a 0 1 5 3
      b 1 1 3 3
      """
    #expect(
      try gantt(policy("w n0 4..6"), on: (1, 1), column: hour, jobs) == """
        a |......===|
        b | ===     |
        """)
  }

  @Test func `keep their own nodes alone`() throws {
    let jobs = """
      a 0 1 9 9
      b 0 1 9 9
      c 0 2 2 2
      """
    #expect(
      try gantt(policy("w n1 4..6"), on: (2, 1), column: hour, jobs) == """
        a |=========        |
        b |......=========  |
        c |...............==|
        """)
  }

  @Test func `come again, also those that came before the beginning of time`() throws {
    let jobs = """
      a 0 1 8 8
      b 0 1 8 8
      c 0 1 2 2
      """
    for window in ["w n0 4..6 every 10", "w n0 -36..-34 every 10"] {
      #expect(
        try gantt(policy(window), on: (1, 1), column: hour, jobs) == """
          a |......========          |
          b |................========|
          c |==                      |
          """, "\(window)")
    }
  }

  @Test func `are waited for by a gang as a whole`() throws {
    // The gang is promised second 6; beside it n1 serves who is gone by then.
    let jobs = """
      a 0 2 5 5
      b 0 1 6 6
      c 0 1 7 7
      """
    #expect(
      try gantt(policy("w n0 4..6"), on: (2, 1), column: hour, jobs) == """
        a |......=====       |
        b |======            |
        c |...........=======|
        """)
  }

  @Test func `of several nodes may overlap`() throws {
    let jobs = """
      a 0 2 2 2
      b 0 2 4 4
      """
    #expect(
      try gantt(policy("w n0 3..6", "v n1 5..8"), on: (2, 1), column: hour, jobs) == """
        a |==          |
        b |........====|
        """)
  }

  @Test func `are open to whoever asks for one, and may use it`() throws {
    // a asks for the window, b does not.
    let jobs = """
      a 0 1 2 2 window=w
      b 0 1 6 6
      """
    #expect(
      try gantt(policy("+w n0 4..6"), on: (1, 1), column: hour, jobs) == """
        a |....==      |
        b |......======|
        """)
  }

  @Test func `that are too short by now are waited for until they come again`() throws {
    let jobs = """
      a 5 1 2 2 window=w
      b 5 1 1 1 window=w
      """
    #expect(
      try gantt(policy("+w n0 4..6 every 10"), on: (1, 1), column: hour, jobs) == """
        a |     .........==|
        b |     =          |
        """)
  }

  @Test func `hold the node for those who may come, though nobody does`() throws {
    #expect(
      try gantt(policy("+w n0 4..6"), on: (1, 1), column: hour, "a 3 1 2 2") == """
        a |   ...==|
        """)
  }

  @Test func `of a place that is no domain are those of its nodes`() throws {
    let window = CapacityWindow(
      name: "w", places: ["n[1-2]"], from: at(2), until: at(9))
    var rules = policy()
    rules.windows = [window]
    let jobs = """
      a 0 3 2 2
      b 0 3 2 2
      c 0 1 9 9
      """
    #expect(
      try gantt(rules, on: (3, 1), column: hour, jobs) == """
        a |==                  |
        b |.........==         |
        c |...........=========|
        """)
  }
}
