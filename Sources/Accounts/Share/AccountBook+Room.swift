public import Units

extension AccountBook {
  /// How much more of a model an account may hold while its member borrows nothing.
  ///
  /// The member's entitlement less what it holds, but for what counts as borrowed in any case.
  /// Below the member, the projects' own limits on borrowing and lending hold here as well.
  ///
  /// - Complexity: O(depth), and O(siblings) where one of them limits what it lends
  public func roomWithinEntitlement(_ account: AccountID, model: Int) -> Int {
    let place = Int(shape.places[Int(account.number)])
    let room = Room(
      milli: holding(place, model).idle(entitled: entitled(place, model)),
      boundBy: shape.members[place])
    return narrowed(room, Int(account.number), model).milli
  }

  /// Below which accounts work may end so that an account may hold so much in its place: the widest
  /// first, down to the account itself.
  ///
  /// No wider one than the lowest whose own limit on borrowing leaves less, nor than its member:
  /// what ends there is room under the limits on borrowing of all that stand above. What those
  /// beside it keep for themselves may need a narrower one.
  ///
  /// - Parameter alwaysBorrowed: whether what would be held counts as borrowed in any case.
  /// - Complexity: O(depth)
  public func scopes(
    of account: AccountID, model: Int, asked milli: Int, alwaysBorrowed: Bool = false
  ) -> [AccountID] {
    var scopes = [account]
    var at = Int(account.number)
    while shape.parents[at] > 0, headroom(at, model, alwaysBorrowed: alwaysBorrowed) >= milli {
      at = Int(shape.parents[at])
      scopes.append(AccountID(UInt16(at)))
    }
    return scopes.reversed()
  }

  /// How much more of a model an account may hold if it borrows, and whose rule allows no more.
  ///
  /// Every limit on borrowing on the path up to the member holds, and what the others lend, within
  /// their limits, less all that is borrowed already. Where that binds, `boundBy` is the root.
  ///
  /// - Parameter alwaysBorrowed: whether what would be held counts as borrowed in any case: then
  ///   the entitlement gives no room, but what the member itself leaves idle and lends does.
  /// - Complexity: O(members + depth), and O(siblings) where one of them limits what it lends
  public func roomWithBorrowing(
    _ account: AccountID, model: Int, alwaysBorrowed: Bool = false
  ) -> (milli: Int, boundBy: AccountID?) {
    let own = Int(shape.places[Int(account.number)])
    var lendable = -ledger.borrowed[model]
    for place in shape.members.indices where place != own || alwaysBorrowed {
      lendable += self.lendable(place, model)
    }
    let idle = holding(own, model).idle(entitled: entitled(own, model))
    let supply = max(0, lendable) + (alwaysBorrowed ? 0 : idle)
    let spare = alwaysBorrowed ? idle - self.lendable(own, model) : 0
    let room = limited(supply, spare: spare, account, model, alwaysBorrowed: alwaysBorrowed)
    return (room.milli, room.boundBy)
  }

  /// How much more of a model an account could hold if nobody else held any.
  ///
  /// Its own limits on borrowing hold, with what it holds now, and what the others lend at most.
  /// Who asks for more than this waits in vain for others to give back what they hold. It is never
  /// less than the room that there is: who stands beside it may keep more while it holds nothing.
  ///
  /// - Complexity: O(members + depth), and O(siblings) where one of them limits what it lends
  public func roomWhenAllIsIdle(
    _ account: AccountID, model: Int, alwaysBorrowed: Bool = false
  ) -> Int {
    let own = Int(shape.places[Int(account.number)])
    var (supply, spare) = (0, 0)
    for place in shape.members.indices {
      let isLent = place != 0 && (place != own || alwaysBorrowed)
      let limit =
        isLent ? terms[index(Int(shape.members[place].number), model)].lendLimit : .max
      let lendable = min(entitled(place, model), limit)
      supply += lendable
      if place == own { spare = entitled(place, model) - lendable }
    }
    let idle = limited(
      supply, spare: spare, account, model, alwaysBorrowed: alwaysBorrowed, allIsIdle: true
    ).milli
    guard isBesideLendLimit(account) else { return idle }
    let now = roomWithBorrowing(account, model: model, alwaysBorrowed: alwaysBorrowed).milli
    return max(idle, now)
  }

  /// Whether anybody limits what it lends beside an account, or beside one above it. O(depth)
  private func isBesideLendLimit(_ account: AccountID) -> Bool {
    var at = Int(account.number)
    while shape.parents[at] > 0 {
      if shares[at].isBesideLendLimit { return true }
      at = Int(shape.parents[at])
    }
    return false
  }

  /// How much more may be held, and whose rule allows no more.
  private struct Room {
    var milli: Int
    var boundBy: AccountID

    /// What is idle besides, and not for work that always borrows, as it is not lent or beyond what
    /// may be borrowed: what others keep for themselves, they keep of that first. So no start of
    /// theirs makes room for anybody.
    var spare = 0

    mutating func limit(to most: Int, by account: AccountID) {
      guard most < milli else { return }
      milli = most
      boundBy = account
    }

    mutating func limit(toBorrowing most: Int, by account: AccountID, alwaysBorrowed: Bool) {
      // Else it may fill its member's entitlement, and nothing is to spare.
      if alwaysBorrowed { spare += max(0, milli - most) }
      limit(to: most, by: account)
    }
  }

  /// What limits on borrowing leave of what is to be had, from the member down to an account.
  private func limited(
    _ supply: Int, spare: Int, _ account: AccountID, _ model: Int, alwaysBorrowed: Bool,
    allIsIdle: Bool = false
  ) -> Room {
    var room = Room(milli: supply, boundBy: .root, spare: spare)
    let member = shape.members[Int(shape.places[Int(account.number)])]
    if member != .root {
      room.limit(
        toBorrowing: headroom(Int(member.number), model, alwaysBorrowed: alwaysBorrowed),
        by: member, alwaysBorrowed: alwaysBorrowed)
    }
    return narrowed(
      room, Int(account.number), model, alwaysBorrowed: alwaysBorrowed, allIsIdle: allIsIdle)
  }

  /// What is left of a member's room for an account below it.
  private func narrowed(
    _ room: Room, _ account: Int, _ model: Int, alwaysBorrowed: Bool = false,
    allIsIdle: Bool = false
  ) -> Room {
    let parent = Int(shape.parents[account])
    guard parent > 0 else { return room }
    var room = narrowed(
      room, parent, model, alwaysBorrowed: alwaysBorrowed, allIsIdle: allIsIdle)
    func idle(_ account: Int) -> Int {
      let index = index(account, model)
      let entitled = terms[index].entitled
      return allIsIdle ? entitled : holdings[index].idle(entitled: entitled)
    }
    if shares[account].isBesideLendLimit {
      let own = alwaysBorrowed ? 0 : idle(account)
      for place in shape.childRange(parent) where Int(shape.children[place]) != account {
        let sibling = Int(shape.children[place])
        var kept = max(0, idle(sibling) - terms[index(sibling, model)].lendLimit)
        let spared = min(kept, room.spare)
        room.spare -= spared
        kept -= spared
        guard kept > 0, room.milli > own else { continue }
        room.limit(to: max(own, room.milli - kept), by: AccountID(UInt16(sibling)))
      }
    }
    room.limit(
      toBorrowing: headroom(account, model, alwaysBorrowed: alwaysBorrowed),
      by: AccountID(UInt16(account)), alwaysBorrowed: alwaysBorrowed)
    return room
  }

  /// What an account's own limit on borrowing lets it hold beyond what it does.
  private func headroom(_ account: Int, _ model: Int, alwaysBorrowed: Bool) -> Int {
    let index = index(account, model)
    let limit = terms[index].borrowLimit
    guard limit != .max else { return .max }
    let entitled = terms[index].entitled
    let borrowable = max(0, limit - holdings[index].borrowed(entitled: entitled))
    return alwaysBorrowed ? borrowable : borrowable + holdings[index].idle(entitled: entitled)
  }
}
