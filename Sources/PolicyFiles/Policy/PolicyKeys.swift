/// The keys of policy files: decoding, errors, the reference and the editors' schema follow them.
extension KeySection {
  /// The keys at the top of a policy file.
  static let policy = KeySection(
    "policy", "A policy: who goes next, on what terms, and on whose account.",
    [
      KeyDefinition("policy", .text, "what reports call it", isRequired: true),
      KeyDefinition(
        "order", .choice(PolicyWords.order),
        "who is first in line; the last three with `preemption: free` alone", default: "fcfs"),
      KeyDefinition(
        "head", .choice(PolicyWords.head), "how long a job stays at the head of the queue",
        default: "anew"),
      KeyDefinition(
        "backfill", .choice(PolicyWords.backfill), "who may start before the head",
        default: "none"),
      KeyDefinition(
        "backfill-order", .choice(PolicyWords.backfillOrder),
        "in which order they are tried behind the head", default: "queue"),
      KeyDefinition(
        "compression", .choice(PolicyWords.compression),
        "in which order promises move forward; with `backfill: conservative` alone",
        default: "promised-start"),
      KeyDefinition(
        "reservations", .number(1...100_000),
        "how many that wait in each tier are promised a start; with `backfill: reserving` alone",
        default: "100"),
      KeyDefinition(
        "reserve-anew", .span(1...86_400),
        "how often promises are looked at anew, at most, while things are freed; with `backfill: "
          + "reserving` alone", default: "5 min"),
      KeyDefinition(
        "accounts", .section(.accounts), "the charging tree; left out: one account, `everybody`"),
      KeyDefinition(
        "modes", .named("mode", .section(.mode)),
        "the access modes that jobs may ask for by name, at most 256; the first is the one of "
          + "jobs that ask for none; left out: one without limits, `regular`"),
      KeyDefinition(
        "charge-rates", .named("model", .thousandths(0...1_000_000)),
        "what an hour of an accelerator of a model is charged, in accelerator-hours; models that "
          + "are not named: 1"),
      KeyDefinition(
        "half-life", .span(60...315_360_000), "in what time usage counts half, for fair share",
        default: "7 d"),
      KeyDefinition(
        "order-weights", .section(.orderWeights),
        "how waiting jobs of one account stand among each other: by points, the most first"),
      KeyDefinition(
        "preemption", .either(.choice(PolicyWords.freely), .section(.preemption)),
        "who is evicted for whom, and how often at most; left out: nobody; empty: the usual rules; "
          + "`free`: for studies, all are chosen anew at every event"),
      KeyDefinition(
        "windows", .list(.section(.window)), "when nodes are kept for maintenance or for somebody"),
      KeyDefinition(
        "power", .named("site", .section(.power)),
        "what sites may draw, by their names; a site not named: without limit"),
      KeyDefinition(
        "fence", .span(60...604_800),
        "after how long without the controller agents end their tasks: as long as it may be away "
          + "without a loss, and as long as a job waits whose node is gone",
        default: "30 min"),
      KeyDefinition(
        "guard-rails", .list(.section(.guardRail)),
        "what a change to this policy may worsen, and by how much, before `gpolicy apply` refuses "
          + "it; left out: anything"),
    ])

  private static let entitlement = ValueKind.either(.amount, .named("model", .amount))

  private static let budgets = KeyDefinition(
    "budgets", .list(.section(.budget)), "what it may use within some dates")

  private static let projects: KeyDefinition = KeyDefinition(
    "projects", .named("project", .within { .project }), "work that is charged together")

  private static let users = KeyDefinition(
    "users", .named("user", .section(.user)), "people")

  /// What every account below the root may have.
  private static let promises = [
    KeyDefinition(
      "entitlement", entitlement,
      "what it is promised: a part of what its parent is entitled to, or a number; or a mapping "
        + "from models to them, with `each` for all other models", default: "0 %"),
    KeyDefinition(
      "weight", .number(0...1_000_000),
      "its part of what is left over, against its siblings' weights, which either all have or "
        + "none; left out: as it is entitled"),
    KeyDefinition(
      "lend", .amount,
      "the most it lends, of what its parent is entitled to; left out: all that "
        + "it leaves idle"),
    KeyDefinition(
      "borrow", .amount,
      "the most it borrows, of what its parent is entitled to; left out: all "
        + "that others leave idle"),
    budgets,
  ]

  /// The root of the tree.
  static let accounts = KeySection(
    "accounts", "The root of the charging tree, which is entitled to all there is.",
    [
      KeyDefinition("name", .text, "what it is called", default: "everybody"),
      KeyDefinition(
        "members", .named("member", .section(.member)), "who owns a part"),
      projects, users,
    ])

  /// A member.
  static let member = KeySection(
    "member", "A member: an owner of a part, at the first level.", mayBeEmpty: true,
    [
      KeyDefinition(
        "class", .choice(PolicyWords.memberClass), "which sort of owner it is; left out: not said")
    ] + promises + [projects, users])

  /// A project.
  static let project: KeySection = KeySection(
    "project", "A project: work that is charged together; it may hold further ones.",
    mayBeEmpty: true, promises + [projects, users])

  /// A user.
  static let user = KeySection("user", "A person.", mayBeEmpty: true, promises)

  /// A budget.
  static let budget = KeySection(
    "budget", "Accelerator-hours that an account may use within some dates.",
    [
      KeyDefinition("amount", .acceleratorHours, "how much", isRequired: true),
      KeyDefinition("from", .date, "from when it may be used; left out: since always"),
      KeyDefinition("until", .date, "until when; what is left then is gone; left out: for ever"),
      KeyDefinition(
        "hard-stop", .flag, "whether jobs wait once it is used up; else it is only told",
        default: "yes"),
    ])

  private static let limits = KeySection(
    "limits", "How much may run at once.", mayBeEmpty: true,
    [
      KeyDefinition("jobs", .number(1...10_000_000), "jobs; left out: any number"),
      KeyDefinition(
        "accelerators", .number(1...ValueKind.mostAccelerators),
        "accelerators; left out: any number"),
    ])

  private static let allowance = KeySection(
    "allowance", "What each project may use under the mode, from a cut-off date on.",
    [
      KeyDefinition("amount", .acceleratorHours, "how much", isRequired: true),
      KeyDefinition(
        "validity", .span(3600...315_360_000), "how long an allowance lasts", isRequired: true),
      KeyDefinition(
        "cut-offs", .list(.date),
        "from when a new one begins, in order; nothing may be used before the first",
        isRequired: true),
    ])

  private static let aWhile: ClosedRange<Int64> = 0...2_592_000

  /// An access mode.
  static let mode = KeySection(
    "mode", "The terms on which jobs run: limits and rights.", mayBeEmpty: true,
    [
      KeyDefinition(
        "accounts", .list(.text),
        "who may use it, with all below them, by paths such as `uni/physics`; left out: everybody"),
      KeyDefinition(
        "largest-job", .number(1...ValueKind.mostAccelerators),
        "the most accelerators that a job may ask for; left out: any number"),
      KeyDefinition(
        "longest-time", .span(60...315_360_000),
        "the longest time limit that a job may ask for; left out: any"),
      KeyDefinition("per-user", .section(limits), "how much each user may have at once"),
      KeyDefinition("per-project", .section(limits), "how much each project may have at once"),
      KeyDefinition(
        "allowance", .section(allowance),
        "what each project may use; left out: what its budgets allow"),
      KeyDefinition(
        "tier", .number(0...100), "higher tiers come first, whatever the shares are",
        default: "0"),
      KeyDefinition(
        "preempts", .list(.number(0...100)),
        "the tiers below its own whose preemptible jobs it may evict, and those within another "
          + "member's entitlement only where it borrows nothing", default: "[]"),
      KeyDefinition(
        "preemptible", .flag, "whether those who may preempt its tier may evict its jobs",
        default: "no"),
      KeyDefinition(
        "borrowing", .choice(PolicyWords.borrowing),
        "whether its jobs may hold more accelerators than their member is entitled to, those "
          + "without any aside, which borrow in any case", default: "allowed"),
      KeyDefinition(
        "notice", .span(aWhile), "from the decision to evict a job to its checkpoint signal",
        default: "0 s"),
      KeyDefinition(
        "grace", .span(aWhile), "from the checkpoint signal to the end of its tasks",
        default: "0 s"),
      KeyDefinition(
        "undisturbed", .span(aWhile), "how long a run is left alone before it may be evicted",
        default: "0 s"),
      KeyDefinition(
        "charge", .thousandths(0...1_000_000), "what its jobs are charged, times the charge rate",
        default: "1"),
    ])

  /// The order of waiting jobs.
  static let orderWeights = KeySection(
    "order-weights", "How waiting jobs of one account stand among each other.", mayBeEmpty: true,
    [
      KeyDefinition(
        "per-hour-waited", .number(0...1_000_000), "points for each hour of waiting",
        default: "1"),
      KeyDefinition(
        "per-accelerator", .number(-1_000_000...1_000_000),
        "points for each accelerator asked for", default: "0"),
      KeyDefinition(
        "most-hours", .number(0...87_600), "hours of waiting that count, at most",
        default: "168"),
      KeyDefinition(
        "hours-per-eviction", .number(0...87_600),
        "hours of waiting that a job is credited each time it is evicted", default: "0"),
    ])

  /// Preemption.
  static let preemption = KeySection(
    "preemption", "Who is evicted for whom, and how often at most.", mayBeEmpty: true,
    [
      KeyDefinition(
        "choice", .choice(PolicyWords.victims), "how victims are chosen",
        default: "least-lost-work"),
      KeyDefinition(
        "reclaims", .flag, "whether a member gets its entitlement back from those who borrow it",
        default: "yes"),
      KeyDefinition(
        "churn-per-hour", .acceleratorHours,
        "what an account may lose in an hour to preemption by tier; reclaim doesn't draw on it; "
          + "left out: any amount"),
      KeyDefinition(
        "restart", .span(aWhile),
        "how long a job takes to be where its checkpoint was, unless it says so itself",
        default: "5 min"),
      KeyDefinition(
        "rest", .span(aWhile),
        "a job is evicted once in such a time at most, but for a guarantee", default: "0 s"),
      KeyDefinition(
        "refund", .share(0...1000),
        "what of the work lost to an eviction or a failed node is credited back",
        default: "100 %"),
    ])

  /// A window.
  static let window = KeySection(
    "window", "A time in which some nodes are kept, for maintenance or for accounts.",
    [
      KeyDefinition("name", .text, "what it is called", isRequired: true),
      KeyDefinition(
        "places", .list(.text),
        "which nodes: a domain of the fleet by its name, such as `doicesti` or `p1/l0`, or nodes "
          + "as a hostlist", isRequired: true),
      KeyDefinition("from", .date, "from when", isRequired: true),
      KeyDefinition("until", .date, "until when", isRequired: true),
      KeyDefinition(
        "every", .span(3600...315_360_000),
        "how long after one begins the next one does; left out: it comes once"),
      KeyDefinition(
        "accounts", .list(.text),
        "who may run there meanwhile, with all below them; left out: nobody, it is maintenance"),
    ])

  private static let siteWatts = ValueKind.watts(1000...100_000_000_000)

  /// The power of a site.
  static let power = KeySection(
    "power", "What a site may draw.",
    [
      KeyDefinition(
        "budget", .either(siteWatts, .byTime(siteWatts)),
        "the most it may draw at its meter: all day, or from times of the day on (UTC, in "
          + "order; the last lasts over midnight until the first)", isRequired: true),
      KeyDefinition(
        "pue", .thousandths(1000...5000),
        "what it draws at its meter for each watt of its machines", default: "1"),
      KeyDefinition(
        "factor", .share(10...2000),
        "what of its accelerators' nominal watts a job is reckoned with", default: "100 %"),
      KeyDefinition(
        "node-watts", .watts(0...100_000),
        "what a node draws beside its accelerators, while a job holds any of it",
        default: "0 W"),
    ])

  /// A guard rail.
  static let guardRail = KeySection(
    "guard-rail",
    "By how much a change of the policy may worsen a figure. Of `percent` and an amount, at least "
      + "one is given; of both, the larger counts.",
    [
      KeyDefinition(
        "of", .choice(PolicyWords.scope), "whose figure; without `account` and `mode` alone",
        default: "everybody"),
      KeyDefinition(
        "account", .text, "that of an account and all below it, by its path; left out: see `of`"),
      KeyDefinition("mode", .text, "that of a mode, by its name; left out: see `of`"),
      KeyDefinition("figure", .choice(PolicyWords.figure), "which figure", isRequired: true),
      KeyDefinition(
        "percent", .share(0...100_000),
        "by how much of what it is it may worsen; not of figures that are percentages"),
      KeyDefinition(
        "time", .span(0...315_360_000), "by how much a wait or a delay may grow"),
      KeyDefinition(
        "number", .thousandths(0...1_000_000_000),
        "by how much `slowdown` or `evictions` may grow"),
      KeyDefinition(
        "points", .share(0...1000),
        "by how many points of a hundred `share-error` may grow or `utilisation` may fall"),
    ])
}

/// The words that policy files choose among, each with what it means.
enum PolicyWords {
  typealias Words = [(word: String, meaning: String)]

  static let order: Words = [
    ("fcfs", "by submission"), ("sjf", "by time limit, submission among equals"),
    ("fair-share", "by tier, guarantee, Fair Tree, age and size, then submission"),
    ("srtf", "by what is left of the time limit, running jobs among them"),
    ("srsf", "by that times the accelerators asked for"),
    ("las", "by the time that a job has run times its accelerators"),
  ]
  static let freely: Words = [("free", "for nothing, at every event")]
  static let head: Words = [
    ("anew", "whoever is first in the order now"),
    ("kept", "whoever was first when a head was last needed, until it starts"),
  ]
  static let backfill: Words = [
    ("none", "nobody"), ("easy", "whoever doesn't delay the head's reservation"),
    ("conservative", "whoever delays no reservation, and every waiting job has one"),
    ("before-shadow", "whoever is sure to end before the head's reserved start"),
    ("reserving", "whoever delays none of the first `reservations` that wait"),
  ]
  static let backfillOrder: Words = [
    ("queue", "in the order of the queue"), ("submission", "in the order of submission"),
  ]
  static let compression: Words = [
    ("promised-start", "the earliest promise first"),
    ("queue", "the job that is first in the queue first"),
  ]
  static let memberClass: Words = [
    ("public", "a state, or the Union"), ("private", "a company"),
    ("academic", "a university or a laboratory"),
  ]
  static let borrowing: Words = [
    ("allowed", "they run on entitlement, and on what others leave idle"),
    ("never", "they wait until their member's entitlement has room"),
    ("always", "they count as borrowed even within the entitlement"),
  ]
  static let scope: Words = [
    ("everybody", "all jobs together"),
    ("every-member", "each account below the root, one by one"),
    ("every-mode", "each mode, one by one"),
  ]
  static let figure: Words = [
    ("p50-wait", "half of the jobs wait at most so long"),
    ("p90-wait", "nine in ten jobs wait at most so long"),
    ("p99-wait", "99 in 100 jobs wait at most so long"),
    ("slowdown", "the bounded slowdown, on average"),
    ("evictions", "how many times jobs had to go for others"),
    ("share-error", "how far an account's part of all use lies below what it was promised"),
    ("guarantee-delay", "the longest that a member lacked what it is entitled to"),
    ("utilisation", "the part of the fleet that was held"),
  ]
  static let victims: Words = [
    ("least-lost-work", "whoever loses least work, together with the domain that is cleared"),
    ("youngest-first", "whoever started last, as Slurm does"),
    (
      "fewest-victims",
      "as few jobs as possible, and of equally few those that started last, as Kubernetes does"
    ),
  ]
}
