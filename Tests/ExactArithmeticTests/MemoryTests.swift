// No operation keeps memory: the process does not grow over a million big temporaries.
#if os(Linux)
  import ExactArithmetic
  import Foundation
  import Testing

  @Suite(.serialized) struct MemoryTests {
    /// Resident memory of this process in bytes.
    func residentBytes() throws -> Int {
      let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
      return try #require(text.split(separator: " ").dropFirst().first.flatMap { Int($0) }) * 4096
    }

    /// What `body` adds to the resident memory, in MiB. Other tests of the process run beside this one, hence wide
    /// limits.
    func growth(_ body: () -> Void) throws -> Int {
      let before = try residentBytes()
      body()
      return (try residentBytes() - before) >> 20
    }

    @Test func aMillionTemporariesLeaveNothingBehind() throws {
      // Each value has 8,000 bits: a million leaked ones would hold over 1,000 MiB.
      let base = Integer(3).power(5048)
      let grown = try growth {
        var total = base
        for i in 0..<125_000 {
          let step = Integer(i)
          let copy = total  // forces the next line into fresh storage
          total += step  // 1
          var other = copy - total  // 2
          other += base  // 3, in place
          other *= 3  // 4
          let quotient = (other << 64) / base  // 5, 6
          total -= quotient  // 7
          if (total & base) == 0 { total = base }  // 8
        }
        #expect(total != 0)
      }
      #expect(grown < 300, "\(grown) MiB")
    }

    @Test func keptValuesAreSeenByTheMeasure() throws {
      let base = Integer(3).power(5048)
      var kept: [Integer] = []
      let grown = try growth { for i in 0..<400_000 { kept.append(base + Integer(i)) } }
      #expect(kept.count == 400_000 && grown > 300, "\(grown) MiB")
    }
  }
#endif
