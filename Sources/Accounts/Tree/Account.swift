public import Units

/// A node of the charging tree: the consortium, a member, a project or a user.
public struct Account: Hashable, Sendable {
  /// What an account stands for.
  public enum Kind: String, CaseIterable, Sendable {
    /// The root: all that there is.
    case consortium
    /// An owner of a part, at the first level.
    case member
    /// Work that is charged together.
    case project
    /// A person.
    case user
  }

  /// Which sort of owner a member is.
  public enum MemberClass: String, CaseIterable, Sendable {
    /// A state, or the Union.
    case `public`
    /// A company.
    case `private`
    /// A university or a laboratory.
    case academic
  }

  /// What people call it, unique among its siblings.
  public var name: String

  /// What it stands for.
  public var kind: Kind

  /// The account above it; nil for the root.
  public var parent: AccountID?

  /// Which sort of owner it is, for a member that says so.
  public var memberClass: MemberClass?

  /// What it is promised.
  public var entitlement: Entitlement

  /// Its part of what is left over, against its siblings' weights; nil: as it is entitled.
  ///
  /// Siblings either all have a weight or none; 0 gets nothing while others ask.
  public var weight: Int?

  /// The most it lends; nil: all that it leaves idle.
  public var lendLimit: AccountAmount?

  /// The most it borrows; nil: all that others leave idle.
  public var borrowLimit: AccountAmount?

  /// What it may use within some dates.
  public var budgets: [Budget] = []

  /// Whether it is gone from the rules: nobody is charged any more, and its history is kept.
  public var isClosed = false

  /// An account that is promised nothing, until told otherwise.
  public init(name: String, kind: Kind, parent: AccountID?) {
    self.name = name
    self.kind = kind
    self.parent = parent
    entitlement = Entitlement()
  }
}
