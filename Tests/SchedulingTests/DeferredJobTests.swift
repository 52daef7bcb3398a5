import Policy
import Testing

/// Drawn under first come, first served with promises, on so many nodes of one accelerator.
private func drawn(_ jobs: String, nodes: Int = 1) throws -> String {
  try gantt("fcfs+reserving", on: (nodes, 1), jobs)
}

@Suite struct `Jobs that may not start yet, drawn on a time line` {
  @Test func `begin when they asked to, and stand behind those who were promised a start before`()
    throws
  {
    let jobs = """
      a 0 1 2 2 begin=5
      b 0 1 2 2
      c 0 1 9 9
      d 0 1 1 1 begin=3
      """
    #expect(
      try drawn(jobs) == """
        a |............==|
        b |==            |
        c |..=========   |
        d |...........=  |
        """)
  }

  @Test func `begin in the order of their times where there is room`() throws {
    let jobs = """
      a 0 1 2 2 begin=6
      b 0 1 2 2 begin=3
      """
    #expect(
      try drawn(jobs) == """
        a |......==|
        b |...==   |
        """)
  }

  @Test func `that could not be over by their deadline never start, nor stop others`() throws {
    let jobs = """
      a 0 1 4 4
      b 1 1 3 3 deadline=6
      c 1 1 3 3 deadline=7
      d 1 1 1 1
      """
    #expect(
      try drawn(jobs) == """
        a |====    |
        b | .......|
        c | ...=== |
        d | ......=|
        """)
  }

  @Test func `wait for others to end well, or not well, or at all`() throws {
    let jobs = """
      a 0 1 3 2
      b 0 1 1 1 ok=a
      c 0 1 1 1 notok=a
      d 0 1 1 1 after=a
      """
    #expect(
      try drawn(jobs, nodes: 4) == """
        a |== |
        b |..=|
        c |...|
        d |..=|
        """)
  }

  @Test func `do not take an end at the time limit for a good one`() throws {
    let jobs = """
      a 0 1 3 9
      b 0 1 1 1 ok=a
      c 0 1 1 1 notok=a
      d 0 1 1 1 after=a
      """
    #expect(
      try drawn(jobs, nodes: 4) == """
        a |=== |
        b |....|
        c |...=|
        d |...=|
        """)
  }

  @Test func `wait for the last of several`() throws {
    let jobs = """
      a 0 1 1 1
      b 0 1 3 3
      c 0 1 1 1 ok=b ok=a
      """
    #expect(
      try drawn(jobs, nodes: 3) == """
        a |=   |
        b |=== |
        c |...=|
        """)
  }

  @Test func `know how those ended that were over before they came`() throws {
    let jobs = """
      a 0 1 1 1
      b 0 1 1 5
      c 3 1 1 1 ok=a
      d 3 1 1 1 ok=b
      e 3 1 1 1 notok=b
      """
    #expect(
      try drawn(jobs, nodes: 5) == """
        a |=   |
        b |=   |
        c |   =|
        d |   .|
        e |   =|
        """)
  }

  @Test func `follow one another in a chain, and have no place in line before`() throws {
    let jobs = """
      a 0 1 2 2
      b 0 1 2 2 ok=a
      c 0 1 2 2 ok=b
      d 1 1 1 1
      """
    #expect(
      try drawn(jobs) == """
        a |==     |
        b |...==  |
        c |.....==|
        d | .=    |
        """)
  }

  @Test func `never start after a job that was cancelled, if it should have ended well`() throws {
    let jobs = """
      a 0 1 9 9
      b 0 1 2 2 cancel=3
      c 0 1 1 1 ok=b
      d 0 1 1 1 notok=b
      """
    #expect(
      try drawn(jobs, nodes: 2) == """
        a |=========|
        b |==       |
        c |..=      |
        d |.........|
        """)
  }

  @Test func `are held back without holding back others, and keep their turn`() throws {
    let jobs = """
      a 0 1 2 2
      b 0 1 2 2 held=1-3
      c 0 1 3 3
      d 0 1 1 1
      """
    #expect(
      try drawn(jobs) == """
        a |==      |
        b |.....== |
        c |..===   |
        d |.......=|
        """)
  }

  @Test func `are held back beyond their begin`() throws {
    #expect(
      try drawn("a 0 1 1 1 begin=2 held=1-4\nb 0 1 1 1 begin=2 held=0-1") == """
        a |....=|
        b |..=  |
        """)
  }

  @Test func `of an array run so many at once, though there is room for all`() throws {
    let jobs = """
      a 0 1 3 3 array=x%2
      b 0 1 2 2 array=x%2
      c 0 1 2 2 array=x%2
      d 0 1 1 1 array=x%2
      """
    #expect(
      try drawn(jobs, nodes: 6) == """
        a |=== |
        b |==  |
        c |..==|
        d |...=|
        """)
  }

  @Test func `of two arrays are counted apart`() throws {
    let jobs = """
      a 0 1 1 1 array=x%1
      b 0 1 1 1 array=x%1
      c 0 1 2 2 array=y%1
      d 0 1 1 1 array=y%1
      """
    #expect(
      try drawn(jobs, nodes: 6) == """
        a |=  |
        b |.= |
        c |== |
        d |..=|
        """)
  }

  @Test func `of a throttled array get no promise that keeps others waiting`() throws {
    let jobs = """
      a 0 1 6 6 array=x%1
      b 0 2 2 2 array=x%1
      c 0 1 9 9
      """
    #expect(
      try drawn(jobs, nodes: 2) == """
        a |======     |
        b |.........==|
        c |=========  |
        """)
  }
}
