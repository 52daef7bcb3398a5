import Policy
import Units

extension PolicyReader {
  /// Reads the modes in their order, which numbers them.
  mutating func readModes(_ field: Field) throws(PolicyFileError) {
    policy.modes = []
    for (name, place, entry) in try field.named() {
      guard !name.isEmpty else { throw place.error("a mode without a name", fix: "name it") }
      let fields = try entry.fields()
      let index = policy.modes.count
      places.keep(place, .mode(index))
      for key in KeySection.mode.keys {
        places.keep(fields[key.name]?.node, .mode(index), key.name)
      }
      var mode = AccessMode(name: name)
      if let accounts = fields["accounts"] { mode.accounts = try self.accounts(accounts) }
      try mode.readLimits(fields)
      try mode.readRights(fields)
      policy.modes.append(mode)
    }
  }
}

extension AccessMode {
  fileprivate mutating func readLimits(_ fields: Fields) throws(PolicyFileError) {
    if let size = fields["largest-job"] { largestJob = try size.number() }
    if let time = fields["longest-time"] { longestTime = try time.span() }
    if let limits = fields["per-user"] { perUser = try Limits(limits) }
    if let limits = fields["per-project"] { perProject = try Limits(limits) }
    if let allowance = fields["allowance"] { self.allowance = try Allowance(allowance) }
  }

  fileprivate mutating func readRights(_ fields: Fields) throws(PolicyFileError) {
    if let number = fields["tier"] { tier = try number.number() }
    if let tiers = fields["preempts"] {
      for tier in try tiers.list() { preempts.append(try tier.number()) }
    }
    if let flag = fields["preemptible"] { isPreemptible = try flag.flag() }
    if let word = fields["borrowing"] { borrowing = try word.choice() }
    if let span = fields["notice"] { notice = try span.span() }
    if let span = fields["grace"] { grace = try span.span() }
    if let span = fields["undisturbed"] { undisturbed = try span.span() }
    if let charge = fields["charge"] { chargeMilli = try charge.thousandths() }
  }
}

extension AccessMode.Limits {
  fileprivate init(_ field: Field) throws(PolicyFileError) {
    let fields = try field.fields()
    self.init(
      jobs: try fields["jobs"]?.number(), accelerators: try fields["accelerators"]?.number())
  }
}

extension AccessMode.Allowance {
  fileprivate init(_ field: Field) throws(PolicyFileError) {
    let fields = try field.fields()
    var cutOffs: [Instant] = []
    for date in try fields.required("cut-offs").list() { cutOffs.append(try date.date()) }
    self.init(
      acceleratorMilliseconds: try fields.required("amount").acceleratorHours(),
      validity: try fields.required("validity").span(), cutOffs: cutOffs)
  }
}
