import Fleet
import Testing
import Units

/// One node of `count` accelerators that are shared in some way.
private func node(_ count: Int, _ sharing: DeviceSharing) throws -> Occupancy {
  var builder = TopologyBuilder(name: "shared")
  var type = NodeType(name: "t", accelerators: count)
  type.sharing = sharing
  try builder.addNodes([NodeName("n0")], type: type)
  return Occupancy(topology: try builder.build())
}

extension Occupancy {
  /// Places and takes parts of so many accelerators; the device and amount of each.
  fileprivate mutating func takeParts(_ share: DeviceShare, _ count: Int = 1) -> String? {
    let shape = GangShape(
      members: 1, member: MemberShape(accelerators: count, share: share))
    guard let allocation = placement(of: shape) else { return nil }
    take(allocation)
    checkInvariants()
    return allocation.shares.map { "\($0.device):\(String($0.amount, radix: 16))" }
      .joined(separator: " ")
  }
}

@Suite struct `Parts of an accelerator` {
  @Test func `go where the least is left, and break an untouched one last`() throws {
    var occupancy = try node(3, .fractions)
    #expect(occupancy.takeParts(.milli(0x258)) == "0:258")
    #expect(occupancy.takeParts(.milli(0x1F4)) == "1:1f4")
    // 400 are left of the first, 500 of the second.
    #expect(occupancy.takeParts(.milli(0x12C)) == "0:12c")
    #expect(occupancy.takeParts(.milli(0x1F4)) == "1:1f4")
    #expect(occupancy.takeParts(.milli(0x65)) == "2:65")
    #expect(occupancy.freeAccelerators == 0)
  }

  @Test func `of one member are of different accelerators`() throws {
    var occupancy = try node(2, .fractions)
    #expect(occupancy.takeParts(.milli(0x64), 2) == "0:64 1:64")
    #expect(occupancy.takeParts(.milli(0x64), 3) == nil)
  }

  @Test func `are there for whole accelerators again when the last one has gone`() throws {
    var occupancy = try node(1, .fractions)
    let half = GangShape(members: 1, member: MemberShape(accelerators: 1, share: .milli(500)))
    let first = try #require(occupancy.placement(of: half))
    occupancy.take(first)
    let second = try #require(occupancy.placement(of: half))
    occupancy.take(second)
    occupancy.giveBack(first)
    #expect(!occupancy.fits(.accelerators(1, perNode: 1)))
    occupancy.giveBack(second)
    #expect(occupancy.fits(.accelerators(1, perNode: 1)))
  }
}

@Suite struct `Slices of an accelerator` {
  @Test func `lie where they legally may`() {
    for geometry in MIGGeometry.allCases {
      for profile in geometry.profiles {
        #expect(MIGProfile(named: profile.name) != nil)
        for slots in profile.placements {
          let width = slots.nonzeroBitCount
          // A slice of w memory slices begins at a multiple of w; seven of one end at the seventh.
          #expect(slots.trailingZeroBitCount % width == 0)
          #expect(slots >> UInt8(slots.trailingZeroBitCount) == UInt8((1 << width) - 1))
        }
      }
    }
    #expect(MIGProfile(named: "3g.71gb")?.geometry == .h200x141)
    #expect(MIGProfile(named: "5g.71gb") == nil)
  }

  @Test func `leave the places of larger ones open`() throws {
    var occupancy = try node(1, .mig(.h100x80))
    let slice = { DeviceShare.mig(MIGProfile(geometry: .h100x80, kind: $0)) }
    // The seventh memory slice is of least use to others; a half is still free after three ones.
    #expect(occupancy.takeParts(slice(.one)) == "0:40")
    #expect(occupancy.takeParts(slice(.one)) == "0:10")
    #expect(occupancy.takeParts(slice(.one)) == "0:20")
    #expect(occupancy.takeParts(slice(.four)) == "0:f")
    #expect(occupancy.takeParts(slice(.one)) == nil)
  }

  @Test func `number seven of the smallest, and two of the halves`() throws {
    let counts: [(kind: MIGProfile.Kind, count: Int)] = [
      (.one, 7), (.oneWide, 4), (.two, 3), (.three, 2), (.four, 1), (.seven, 1),
    ]
    for (kind, count) in counts {
      var occupancy = try node(1, .mig(.h100x80))
      let share = DeviceShare.mig(MIGProfile(geometry: .h100x80, kind: kind))
      for _ in 0..<count { #expect(occupancy.takeParts(share) != nil) }
      #expect(occupancy.takeParts(share) == nil)
    }
  }

  @Test func `use a cut accelerator up before the next`() throws {
    var occupancy = try node(2, .mig(.h200x141))
    let share = DeviceShare.mig(MIGProfile(geometry: .h200x141, kind: .three))
    #expect(occupancy.takeParts(share) == "0:f0")
    #expect(occupancy.takeParts(share) == "0:f")
    #expect(occupancy.takeParts(share) == "1:f0")
  }
}
