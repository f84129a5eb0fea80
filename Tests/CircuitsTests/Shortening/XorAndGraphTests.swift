// The network that changes in place: normal forms, replacement with its consequences, claims about removed gates.
import Circuits
import Testing
import TestSupport

struct XorAndGraphTests {
  @Test func everyTwoInputFunctionOfLiteralsIsAtMostOneNode() {
    // All functions of all pairs of literals of two inputs and the constant, against their truth tables.
    for table in UInt64(0)..<16 {
      for a in UInt32(0)..<6 {
        for b in UInt32(0)..<6 {
          var graph = XorAndGraph(inputCount: 2)
          graph.add(output: graph.gate(table: table, a, b))
          #expect(graph.gateCount <= 1)
          let rows = (0..<4).map { row in
            let value = { (literal: UInt32) in
              let wire = [0, row & 1, row >> 1][Int(literal >> 1)]
              return wire ^ Int(literal & 1)
            }
            return table >> UInt64(2 * value(b) + value(a)) & 1
          }
          let bits = (0..<4).reduce(UInt64(0)) { $0 | rows[$1] << UInt64($1) }
          let circuit = graph.circuit(names: Circuit.Names())
          #expect(circuit.truthTables() == [TruthTable(bits: bits, inputCount: 2)])
        }
      }
    }
  }

  @Test func replacementKeepsTheRulesAndTheFunctions() {
    // A gate is replaced by an equal one that is built beside it; everything above has to follow, merge and fold.
    var random = SplitMix64(seed: 11)
    var replacements = 0
    for number in 0..<300 {
      var graph = XorAndGraph(inputCount: 4)
      var literals = (0..<4).map { graph.input($0) }
      for _ in 0..<30 {
        let (a, b) = (literals.randomElement(using: &random) ?? 0, literals.randomElement(using: &random) ?? 0)
        literals.append(graph.gate(table: UInt64.random(in: 0..<16, using: &random), a, b))
      }
      for literal in literals.suffix(5) { graph.add(output: literal) }
      let before = graph.circuit(names: Circuit.Names())
      // Every node that computes what an earlier one does, or the opposite, is replaced by it.
      let tables = before.truthTables()
      let nodes = Set(literals.map { $0 >> 1 }).sorted()
      var values: [UInt32: UInt64] = [:]
      for node in nodes {
        var copy = graph
        copy.outputs = []
        copy.outputs.append(node << 1)
        values[node] = copy.circuit(names: Circuit.Names()).truthTables()[0].bits
      }
      for (i, node) in nodes.enumerated() where node > 4 {
        for earlier in nodes[..<i] {
          let (x, y) = (values[node] ?? 0, values[earlier] ?? 1)
          guard x == y || x == ~y & 0xFFFF, graph.isLive(graph.resolved(earlier << 1)) else { continue }
          graph.substitute(Int(node), by: earlier << 1 | (x == y ? 0 : 1))
          break
        }
        replacements += 1
        #expect(graph.violatedRule == nil, "network \(number)")
      }

      #expect(graph.circuit(names: Circuit.Names()).truthTables() == tables, "network \(number)")
    }
    #expect(replacements > 1000)
  }

  @Test func trueClaimsHoldAndFalseOnesDoNot() {
    var graph = XorAndGraph(inputCount: 3)
    let (a, b, c) = (graph.input(0), graph.input(1), graph.input(2))
    // a & b | a & c and a & (b | c).
    let first = graph.gate(table: 0b1110, graph.gate(table: 0b1000, a, b), graph.gate(table: 0b1000, a, c))
    let second = graph.gate(table: 0b1000, a, graph.gate(table: 0b1110, b, c))
    let claim = { (root: UInt32, literal: UInt32, leaves: [Int]) in
      CutClaim(root: Int(root >> 1), literal: literal ^ root & 1, leaves: leaves).holds(in: graph)
    }
    #expect(claim(first, second, [1, 2, 3]))
    #expect(!claim(first, second ^ 1, [1, 2, 3]))
    #expect(!claim(first, a, [1, 2, 3]))
    // From a and b alone nothing about c follows.
    #expect(!claim(first, second, [1, 2]))
  }
}
