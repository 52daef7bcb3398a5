public import Units

/// Takes values from bytes as `ByteWriter` has put them; whatever the bytes are, it never traps.
public struct ByteReader: Sendable {
  private let bytes: [UInt8]

  /// Where the next byte is.
  public private(set) var offset = 0

  /// The instant that others are told from.
  public var base = Instant(milliseconds: 0)

  /// The version of what is read: fields that came later have their default in earlier ones.
  var version = Snapshot.version

  /// How many elements runs may still stand for: a guard against a few bytes that fill the memory.
  ///
  /// Promises of the whole fleet to one waiting job after the other take some thirty bytes each:
  /// on 12,500 nodes that is 400 elements a byte.
  private var expansion: Int

  /// A reader of these bytes, at their beginning.
  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
    expansion = 1 << 24 + bytes.count << 10
  }

  /// How many bytes are left.
  public var left: Int { bytes.count - offset }

  /// What is wrong where the reader stands.
  public func fault(_ cause: CodecError.Cause) -> CodecError { CodecError(cause, at: offset) }

  /// A byte as it is.
  public mutating func byte() throws(CodecError) -> UInt8 {
    guard offset < bytes.count else { throw fault(.truncated) }
    defer { offset += 1 }
    return bytes[offset]
  }

  /// A number, seven bits to a byte, none of them in vain.
  public mutating func number() throws(CodecError) -> UInt64 {
    guard offset < bytes.count else { throw fault(.truncated) }
    let first = bytes[offset]
    if first < 0x80 {
      offset += 1
      return UInt64(first)
    }
    let start = offset
    var number: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let byte = try byte()
      guard shift < 63 || byte <= 1 else { throw CodecError(.outOfRange(-1), at: start) }
      number |= UInt64(byte & 0x7F) << shift
      guard byte < 0x80 else {
        shift += 7
        continue
      }
      guard byte > 0 else { throw CodecError(.notCanonical, at: start) }
      return number
    }
  }

  /// A number that may be negative.
  public mutating func signed() throws(CodecError) -> Int64 {
    let folded = try number()
    return Int64(bitPattern: folded >> 1) ^ -Int64(bitPattern: folded & 1)
  }

  /// A number that may be negative, in a range.
  public mutating func int(in range: ClosedRange<Int> = .min ... .max) throws(CodecError) -> Int {
    let start = offset
    let number = Int(try signed())
    guard range.contains(number) else {
      throw CodecError(.outOfRange(Int64(number)), at: start)
    }
    return number
  }

  /// A number of so many bits at most.
  public mutating func unsigned<N: FixedWidthInteger & UnsignedInteger>(
    _ type: N.Type = N.self
  ) throws(CodecError) -> N {
    let start = offset
    let number = try number()
    guard let result = N(exactly: number) else {
      throw CodecError(.outOfRange(Int64(clamping: number)), at: start)
    }
    return result
  }

  /// A wide number that may be negative.
  public mutating func wide() throws(CodecError) -> Int128 {
    let start = offset
    var number: UInt128 = 0
    var shift: UInt128 = 0
    while true {
      let byte = try byte()
      guard shift < 126 || byte <= 3 else { throw CodecError(.outOfRange(-1), at: start) }
      number |= UInt128(byte & 0x7F) << shift
      guard byte < 0x80 else {
        shift += 7
        continue
      }
      guard byte > 0 || shift == 0 else { throw CodecError(.notCanonical, at: start) }
      return Int128(bitPattern: number >> 1) ^ -Int128(number & 1)
    }
  }

  /// How many things follow, each of at least so many bytes.
  public mutating func count(ofAtLeast size: Int = 1) throws(CodecError) -> Int {
    let start = offset
    let number = try number()
    guard number <= UInt64(left / size) else { throw CodecError(.truncated, at: start) }
    return Int(number)
  }

  /// How many equal elements a run stands for, at least one.
  public mutating func run() throws(CodecError) -> Int {
    let start = offset
    let number = try number()
    guard number > 0 else { throw CodecError(.notCanonical, at: start) }
    guard number <= UInt64(expansion) else { throw CodecError(.tooLarge, at: start) }
    expansion -= Int(number)
    return Int(number)
  }

  /// 0 or 1.
  public mutating func flag() throws(CodecError) -> Bool {
    let start = offset
    let byte = try byte()
    guard byte <= 1 else { throw CodecError(.unknownTag(UInt64(byte)), at: start) }
    return byte == 1
  }

  /// How many bytes, and these.
  public mutating func block() throws(CodecError) -> [UInt8] {
    let count = try count()
    defer { offset += count }
    return Array(bytes[offset..<offset + count])
  }

  /// How many bytes of UTF-8, and these.
  public mutating func text() throws(CodecError) -> String {
    let start = offset
    let utf8 = try block()
    guard let text = String(validating: utf8, as: UTF8.self) else {
      throw CodecError(.notText, at: start)
    }
    return text
  }

  /// An instant, told from `base`.
  public mutating func instant() throws(CodecError) -> Instant {
    Instant(milliseconds: try signed() &+ base.milliseconds)
  }

  /// A span in milliseconds.
  public mutating func span() throws(CodecError) -> TimeSpan {
    TimeSpan(milliseconds: try signed())
  }

  /// Nothing more.
  public func end() throws(CodecError) {
    guard left == 0 else { throw fault(.trailing(left)) }
  }

  /// Reads a part; what is wrong inside is told from there.
  mutating func part<Value>(
    _ name: @autoclosure () -> String,
    _ read: (inout ByteReader) throws(CodecError) -> Value
  ) throws(CodecError) -> Value {
    do throws(CodecError) { return try read(&self) } catch { throw error.inside(name()) }
  }
}
