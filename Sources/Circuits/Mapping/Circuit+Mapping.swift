// Circuits and and-inverter graphs to networks of lookup tables, and back to circuits.

extension AndInverterGraph {
  /// The graph as lookup tables of at most `parameters.tableInputs` inputs, and what each round did.
  ///
  /// Inputs and outputs keep their number and order. No table is constant, equal to another one or its complement, or a function of one input,
  /// and each depends on all of its inputs; but constant outputs read one table without inputs. Where a gate has no more than `tableInputs`
  /// inputs of the graph below it, one table of these is among its candidates, so with as many table inputs as the
  /// graph has inputs there is one table for each distinct output. Outputs are complemented only where a table or input is read both ways or
  /// an input is.
  ///
  /// Exact: every output is the graph's function. Depth and number of tables are heuristic; the depth is the least that cuts of the kept
  /// ones allow.
  ///
  /// Complexity: O(gates) steps a round, each with up to `cutsPerNode`^2 unions of cuts; memory follows the graph's width.
  ///
  /// - Parameters:
  ///   - parameters: The size of tables and what comes first.
  ///   - names: The names that the network gets.
  public func mapped(
    _ parameters: MappingParameters, names: Circuit.Names = Circuit.Names()
  ) -> (network: LookupTableNetwork, statistics: MappingStatistics) {
    var mapper = CutMapper(self, parameters)
    let statistics = mapper.run()
    return (mapper.network(outputs: outputs, names: names), statistics)
  }
}

extension Circuit {
  /// The circuit as lookup tables; see `AndInverterGraph.mapped(_:names:)`. Names of inner wires are dropped.
  ///
  /// - Parameter parameters: The size of tables and what comes first.
  public func mapped(
    _ parameters: MappingParameters
  ) -> (network: LookupTableNetwork, statistics: MappingStatistics) {
    var names = names
    names.wires = [:]
    return AndInverterGraph(self).mapped(parameters, names: names)
  }

  /// The circuit with a gate for each table of a network, wire for wire.
  ///
  /// - Parameter network: A network whose tables have at most `TruthTable.maximumInputCount` operands.
  public init(_ network: LookupTableNetwork) {
    precondition(
      network.largestFanIn <= TruthTable.maximumInputCount, "a truth table has 0 to 12 inputs")
    var tables: [UInt64] = []
    var wideTables: [UInt64] = []
    tables.reserveCapacity(network.tableCount)
    for t in 0..<network.tableCount {
      if network.fanIn(ofTable: t) <= TruthTable.wordInputCount {
        tables.append(network.words[network.wordOffsets[t]])
      } else {
        tables.append(UInt64(wideTables.count))
        wideTables += network.words(ofTable: t)
      }
    }
    self.init(
      inputCount: network.inputCount, tables: tables, wideTables: wideTables, offsets: network.offsets,
      operands: network.operands, outputs: network.outputs, names: network.names)
  }
}
