import Policy
import Testing

@Suite struct `The rules, drawn on a time line` {
  @Test func `first come, first served: nobody passes the head`() throws {
    let jobs = """
      a 0 2 4 4
      b 1 3 2 2
      c 2 1 1 1
      """
    #expect(
      try gantt("fcfs", on: (3, 1), jobs) == """
        a |====   |
        b | ...== |
        c |  ....=|
        """)
  }

  @Test func `shortest job first goes by the time limit, not by the run time`() throws {
    let jobs = """
      a 0 2 3 3
      b 1 2 5 1
      c 2 2 4 2
      """
    #expect(
      try gantt("sjf", on: (2, 1), jobs) == """
        a |===   |
        b | ....=|
        c |  .== |
        """)
  }

  /// b waits as the head; c, which is shorter, comes after it.
  private let shorterLater = """
    a 0 2 4 4
    b 1 2 3 3
    c 2 2 1 1
    """

  @Test func `a head chosen anew gives way to a shorter job`() throws {
    #expect(
      try gantt("sjf", on: (2, 1), shorterLater) == """
        a |====    |
        b | ....===|
        c |  ..=   |
        """)
  }

  @Test func `a head that is kept does not`() throws {
    #expect(
      try gantt("rlscheduler-sjf", on: (2, 1), shorterLater) == """
        a |====    |
        b | ...=== |
        c |  .....=|
        """)
  }

  /// b needs three of five nodes from second 4 on; c ends just then, d later; e is very long.
  private let behindHead = """
    a 0 3 4 4
    b 1 3 2 2
    c 1 1 3 3
    d 1 1 4 4
    e 1 1 9 9
    """

  @Test func `EASY lets pass who ends by the reserved start, and who stays off it`() throws {
    #expect(
      try gantt("fcfs+easy", on: (5, 1), behindHead) == """
        a |====         |
        b | ...==       |
        c | ===         |
        d | ====        |
        e | ...=========|
        """)
  }

  @Test func `before the shadow nobody passes who ends just then or later`() throws {
    #expect(
      try gantt("rlscheduler-fcfs+backfill", on: (5, 1), behindHead) == """
        a |====           |
        b | ...==         |
        c | ...===        |
        d | ...====       |
        e | .....=========|
        """)
  }

  /// d fits beside the head b, but not beside c, which waits behind b for all four nodes.
  private let behindSecond = """
    a 0 3 4 4
    b 1 3 2 2
    c 1 4 2 2
    d 1 1 8 8
    """

  @Test func `EASY delays the second in the queue`() throws {
    #expect(
      try gantt("fcfs+easy", on: (4, 1), behindSecond) == """
        a |====       |
        b | ...==     |
        c | ........==|
        d | ========  |
        """)
  }

  @Test func `conservative backfill keeps the promise to the second, too`() throws {
    #expect(
      try gantt("fcfs+conservative", on: (4, 1), behindSecond) == """
        a |====            |
        b | ...==          |
        c | .....==        |
        d | .......========|
        """)
  }

  @Test func `an early end moves every promise forward`() throws {
    let jobs = """
      a 0 2 6 2
      b 1 2 3 3
      c 1 1 2 2
      """
    #expect(
      try gantt("fcfs+conservative", on: (2, 1), jobs) == """
        a |==     |
        b | .===  |
        c | ....==|
        """)
  }

  @Test func `a gang larger than a node takes whole nodes and a rest`() throws {
    // b has a whole node and the half that a leaves; c waits for b's whole node.
    let jobs = """
      a 0 2 3 3
      b 0 6 2 2
      c 0 4 1 1
      """
    #expect(
      try gantt("fcfs+easy", on: (2, 4), jobs) == """
        a |===|
        b |== |
        c |..=|
        """)
  }

  @Test func `who outlasts their limit is ended there`() throws {
    #expect(
      try gantt("fcfs", on: (1, 1), "a 0 1 2 5\nb 0 1 1 1") == """
        a |== |
        b |..=|
        """)
  }
}
