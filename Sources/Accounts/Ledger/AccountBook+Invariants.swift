import Units

extension AccountBook {
  /// Stops the program if the book contradicts itself.
  ///
  /// - Complexity: O(accounts × models + models × members²)
  public func checkInvariants() {
    checkSums()
    checkCharges()
    for model in models.indices { checkLedger(of: model) }
    for (number, account) in tree.accounts.enumerated() {
      precondition(purses[number].count == account.budgets.count)
      for purse in purses[number] {
        precondition(purse.spent >= 0 && purse.reserved >= 0 && purse.left >= 0)
      }
    }
  }

  /// What children hold and are entitled to adds up to at most what their parent does.
  private func checkSums() {
    for parent in 0..<shape.count {
      for model in models.indices {
        let whole = index(parent, model)
        var (held, always, entitled) = (0, 0, 0)
        for place in shape.childRange(parent) {
          let part = index(Int(shape.children[place]), model)
          held += holdings[part].held
          always += holdings[part].alwaysBorrowed
          entitled += terms[part].entitled
        }
        precondition(held <= holdings[whole].held, "\(tree.accounts[parent].name): held")
        precondition(always <= holdings[whole].alwaysBorrowed)
        precondition(entitled <= terms[whole].entitled, "\(tree.accounts[parent].name): entitled")
        if parent == 0 {
          precondition(held + direct[model].held == holdings[whole].held)
          precondition(always + direct[model].alwaysBorrowed == holdings[whole].alwaysBorrowed)
        }
      }
    }
  }

  /// What is above an entitlement follows from what is held; what is charged, from those below.
  private func checkCharges() {
    for parent in 0..<shape.count {
      let above = models.indices.reduce(0) { sum, model in
        let at = index(parent, model)
        return sum + chargeMilli[model] * max(0, holdings[at].held - terms[at].entitled)
      }
      precondition(charges[parent].rateAbove == above, "\(tree.accounts[parent].name): above")
      let below = shape.childRange(parent).reduce(0) {
        $0 + charges[Int(shape.children[$1])].rate
      }
      precondition(below <= charges[parent].rate, "\(tree.accounts[parent].name): charged")
    }
  }

  /// What is lent adds up to what each borrows, and nobody lends more than it leaves idle.
  private func checkLedger(of model: Int) {
    var sum = 0
    for member in shape.members.indices {
      var (lent, taken) = (0, 0)
      for other in shape.members.indices {
        lent += ledger.loan(model, from: member, to: other).milli
        taken += ledger.loan(model, from: other, to: member).milli
        precondition(ledger.loan(model, from: member, to: other).milli >= 0)
      }
      precondition(taken == borrowed(place: member, model), "\(shape.members[member]): borrowed")
      precondition(member == 0 || lent <= lendable(member, model), "\(shape.members[member]): lent")
      sum += taken
    }
    precondition(sum == ledger.borrowed[model], "model \(model): borrowed in all")
  }
}
