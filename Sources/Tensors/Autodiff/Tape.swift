// A small reverse-mode tape: operations are computed as they are recorded, and walked backwards for the gradients.

/// A record of operations on matrices, and the gradients of a loss by reverse-mode differentiation.
///
/// ```swift
/// let tape = Tape<Float>(products: NativeProducts())
/// tape.begin(parameters: values, gradients: gradients)      // buffers of one `ParameterLayout`
/// let x = tape.constant(inputs)
/// let loss = tape.squaredLoss(tape.linear(x, weight: tape.parameter(w)), targets: targets)
/// tape.backward(from: loss)                                 // adds to `gradients`
/// ```
///
/// The tape computes on the thread that calls it and keeps its memory from step to step: from the third of equal steps on it
/// allocates nothing. Threads sit above it: one tape each.
public final class Tape<Scalar: TensorScalar> {
  struct Node: BitwiseCopyable {
    var operation: Operation<Scalar>
    var extents: (rows: Int32, columns: Int32)
    var value: UnsafeMutablePointer<Scalar>
    var gradient: UnsafeMutablePointer<Scalar>?
    var needsGradient: Bool
    /// Whether the value is a block of the arena, to be given back when the walk has passed the node.
    var ownsValue: Bool
    /// Whether the gradient is one.
    var ownsGradient: Bool
    /// Whether a later operation took the value's place.
    var isConsumed: Bool
    var scope: Int32

    var rows: Int { Int(extents.rows) }
    var columns: Int { Int(extents.columns) }
  }

  /// What computes the matrix products.
  public let products: any MatrixProducts
  /// The same where they are the package's own, which are then called without a detour.
  private let native: NativeProducts?
  /// Whether those take their operands as they are.
  private let multipliesUnrounded: Bool
  /// Whether gradients will be asked for; where not, operations keep nothing for them.
  @exclusivity(unchecked) public var recordsGradients = true
  /// Whether values and gradients stay until the tape is reset, so that they can be looked at.
  @exclusivity(unchecked) public var keepsBlocks = false
  /// A number that the nodes recorded from here on are marked with, to say later where something happened (a layer, say).
  @exclusivity(unchecked) public var scope = 0

  // A step of a small model takes microseconds, so that what the operations ask of the tape must cost nanoseconds: the accesses below are
  // short and never nested, and go unchecked; the public methods have a body for Float, which other modules reach too. They reach it through
  // the general one, which looks up all types that it names before it asks whether the number is Float: so the methods of such a step do
  // nothing but call another, which is not inlined.
  @exclusivity(unchecked) var nodes = PlainList<Node>()
  @exclusivity(unchecked) var arena = Arena()
  @exclusivity(unchecked) private var parameters: AlignedBuffer<Scalar>?
  @exclusivity(unchecked) private var gradients: AlignedBuffer<Scalar>?
  @exclusivity(unchecked) private var parameterBase: UnsafeMutablePointer<Scalar>?
  @exclusivity(unchecked) private var gradientBase: UnsafeMutablePointer<Scalar>?
  @exclusivity(unchecked) private var parameterCount = 0
  @exclusivity(unchecked) private var keptObjects: [AnyObject] = []
  @exclusivity(unchecked) private var factors: (node: Int, GradientFactors)?

  /// A gradient that is still to be multiplied out: row i is `row` times column[i].
  struct GradientFactors {
    /// A block of the arena.
    var column: UnsafeMutablePointer<Scalar>
    var row: UnsafeMutablePointer<Scalar>
  }

  /// An empty tape.
  @specialized(where Scalar == Float)
  public init(products: any MatrixProducts) {
    self.products = products
    native = products as? NativeProducts
    multipliesUnrounded = native?.precision == .float32
  }

  deinit {
    arena.deallocate()
    nodes.deallocate()
  }

  /// The bytes that the tape holds for values and gradients.
  public var capacityInBytes: Int { arena.capacityInBytes }

  /// How often the tape has asked the system for memory: constant from the third of equal steps on: the first finds out how much
  /// it needs, the second makes one piece of it.
  public var allocationCount: Int { arena.chunkAllocations }

  /// Forgets all nodes; parameters are read from `parameters` from here on, and their gradients added to `gradients`.
  ///
  /// Both buffers have the layout of the parameters that the tape will be given; the tape holds them until the next
  /// ``begin(parameters:gradients:)``.
  @specialized(where Scalar == Float)
  public func begin(parameters: AlignedBuffer<Scalar>, gradients: AlignedBuffer<Scalar>?) {
    precondition(gradients.map { $0.count == parameters.count } ?? true, "gradients have the layout of the parameters")
    reset()
    if self.parameters !== parameters { self.parameters = parameters }
    if self.gradients !== gradients { self.gradients = gradients }
    (parameterBase, gradientBase, parameterCount) = (parameters.base, gradients?.base, parameters.count)
    recordsGradients = gradients != nil
  }

  /// Forgets all nodes and keeps the memory.
  @specialized(where Scalar == Float)
  public func reset() {
    nodes.removeAll()
    if !keptObjects.isEmpty { keptObjects.removeAll(keepingCapacity: true) }
    arena.reset()
    scope = 0
  }

  // MARK: Leaves

  /// A parameter; its gradient is added to the buffer of gradients where it is trained.
  @specialized(where Scalar == Float)
  public func parameter(_ parameter: Parameter) -> Variable { place(parameter) }

  @inline(never)
  private func place(_ parameter: Parameter) -> Variable {
    guard let parameterBase else { preconditionFailure("a tape has parameters after begin(parameters:gradients:)") }
    precondition(parameter.range.upperBound <= parameterCount, "a parameter lies within the buffer")
    let gradient = parameter.isTrainable && recordsGradients ? gradientBase.map { $0 + parameter.offset } : nil
    return append(
      Node(
        operation: .parameter, extents: (Int32(parameter.rows), Int32(parameter.columns)),
        value: parameterBase + parameter.offset, gradient: gradient, needsGradient: gradient != nil, ownsValue: false,
        ownsGradient: false, isConsumed: false, scope: Int32(scope)))
  }

  /// A copy of a matrix that no gradient is asked for.
  @specialized(where Scalar == Float)
  public func constant(_ elements: UnsafeBufferPointer<Scalar>, rows: Int, columns: Int) -> Variable {
    leaf(elements, rows: rows, columns: columns, needsGradient: false)
  }

  /// A copy of a matrix that no gradient is asked for.
  @specialized(where Scalar == Float)
  public func constant(_ tensor: Tensor<Scalar>) -> Variable {
    precondition(tensor.shape.count == 2, "a tape holds matrices")
    return tensor.elements.withUnsafeBufferPointer { constant($0, rows: tensor.rowCount, columns: tensor.columnCount) }
  }

  /// A copy of a matrix whose gradient can be read after ``backward(from:seed:)``.
  @specialized(where Scalar == Float)
  public func variable(_ tensor: Tensor<Scalar>) -> Variable {
    precondition(tensor.shape.count == 2, "a tape holds matrices")
    return tensor.elements.withUnsafeBufferPointer {
      leaf($0, rows: tensor.rowCount, columns: tensor.columnCount, needsGradient: true)
    }
  }

  @inline(never)
  private func leaf(_ elements: UnsafeBufferPointer<Scalar>, rows: Int, columns: Int, needsGradient: Bool) -> Variable {
    precondition(
      rows > 0 && columns > 0 && elements.count == rows * columns, "a matrix has rows times columns elements")
    let value = take(rows * columns)
    if let base = elements.baseAddress { value.update(from: base, count: elements.count) }
    var gradient: UnsafeMutablePointer<Scalar>?
    if needsGradient && recordsGradients {
      gradient = take(rows * columns)
      gradient?.update(repeating: 0, count: rows * columns)
    }
    return append(
      Node(
        operation: .leaf, extents: (Int32(rows), Int32(columns)), value: value, gradient: gradient,
        needsGradient: needsGradient && recordsGradients, ownsValue: false, ownsGradient: false, isConsumed: false,
        scope: Int32(scope)))
  }

  // MARK: Reading

  /// The elements of a matrix by rows, where they stand: good until the tape is reset or, for what is neither a leaf nor a single number,
  /// until the backward walk passes it.
  @specialized(where Scalar == Float)
  public func value(of variable: Variable) -> UnsafeBufferPointer<Scalar> {
    UnsafeBufferPointer(start: input(variable), count: variable.rows * variable.columns)
  }

  /// Whether a matrix can still be read: nothing has taken its place, and no walk has given its block back.
  public func holdsValue(of variable: Variable) -> Bool { !nodes[variable.index].isConsumed }

  /// A copy of a matrix.
  @specialized(where Scalar == Float)
  public func tensor(_ variable: Variable) -> Tensor<Scalar> {
    Tensor(shape: [variable.rows, variable.columns], elements: Array(value(of: variable)))
  }

  /// The number in a matrix of one element, such as a loss.
  @specialized(where Scalar == Float)
  public func scalar(_ variable: Variable) -> Scalar { number(in: variable) }

  @inline(never)
  private func number(in variable: Variable) -> Scalar {
    precondition(variable.rows == 1 && variable.columns == 1, "a matrix of one element is a number")
    return nodes[variable.index].value[0]
  }

  /// The gradient of a leaf made by ``variable(_:)`` or of a parameter; of any other node only while the tape keeps blocks, and `nil` where
  /// none arrived.
  @specialized(where Scalar == Float)
  public func gradient(of variable: Variable) -> Tensor<Scalar>? {
    guard let gradient = nodes[variable.index].gradient else { return nil }
    return Tensor(
      shape: [variable.rows, variable.columns],
      elements: Array(UnsafeBufferPointer(start: gradient, count: variable.rows * variable.columns)))
  }

  // MARK: For rules

  /// C = A B + start by the tape's products.
  @inline(__always)
  func multiply(
    _ shape: ProductShape, _ a: MatrixOperand<Scalar>, _ b: MatrixOperand<Scalar>,
    into c: UnsafeMutablePointer<Scalar>, stride: Int, start: ProductStart<Scalar>
  ) {
    if let native {
      Scalar.multiply(native, shape, a, b, into: c, stride: stride, start: start)
    } else {
      Scalar.multiply(products, shape, a, b, into: c, stride: stride, start: start)
    }
  }

  @inline(__always)
  func append(_ node: Node) -> Variable {
    nodes.append(node)
    return Variable(index: nodes.count - 1, rows: node.rows, columns: node.columns)
  }

  /// A block for `count` numbers, holding anything.
  func take(_ count: Int) -> UnsafeMutablePointer<Scalar> { take(Scalar.self, count) }

  /// A block for `count` elements of a trivial type, holding anything.
  func take<Element: BitwiseCopyable>(_ type: Element.Type, _ count: Int) -> UnsafeMutablePointer<Element> {
    arena.take(byteCount: count * MemoryLayout<Element>.stride).bindMemory(to: Element.self, capacity: count)
  }

  /// Holds an object that a rule reads until the tape is reset, so that rules are plain memory themselves.
  func keep(_ object: AnyObject) {
    if keptObjects.last !== object { keptObjects.append(object) }
  }

  /// Gives a block of `count` elements back within the step.
  func release<Element: BitwiseCopyable>(_ block: UnsafeMutablePointer<Element>, count: Int) {
    if !keepsBlocks { arena.release(block, byteCount: count * MemoryLayout<Element>.stride) }
  }

  /// Records an operation whose result has a block of its own.
  func record(
    _ operation: Operation<Scalar>, rows: Int, columns: Int, value: UnsafeMutablePointer<Scalar>, needsGradient: Bool
  ) -> Variable {
    append(
      Node(
        operation: operation, extents: (Int32(rows), Int32(columns)), value: value, gradient: nil,
        needsGradient: needsGradient && recordsGradients, ownsValue: rows * columns > 1, ownsGradient: true,
        isConsumed: false, scope: Int32(scope)))
  }

  /// Records an operation whose result took the place of `input`, the newest node, which nothing may read from here on.
  func recordInPlace(_ operation: Operation<Scalar>, of input: Variable) -> Variable {
    precondition(canTakePlace(of: input), "only the newest result can be overwritten")
    var node = nodes[input.index]
    nodes[input.index].isConsumed = true
    nodes[input.index].ownsValue = false
    node.operation = operation
    node.scope = Int32(scope)
    node.gradient = nil
    return append(node)
  }

  /// Whether an operation may overwrite `input`: it is the newest node, neither a leaf nor a parameter, and its own
  /// rule does not read it on the way back.
  func canTakePlace(of input: Variable) -> Bool {
    input.index == nodes.count - 1 && nodes[input.index].ownsValue && !nodes[input.index].operation.readsResult
      && !keepsBlocks
  }

  /// The elements of an input; traps where an operation has taken its place.
  func input(_ variable: Variable) -> UnsafeMutablePointer<Scalar> {
    precondition(variable.index < nodes.count, "a variable belongs to the tape's present record")
    precondition(
      !nodes[variable.index].isConsumed, "an operation in place has overwritten this matrix, or the walk has passed it")
    return nodes[variable.index].value
  }

  /// Whether a gradient is asked of an input.
  func needsGradient(_ variable: Variable) -> Bool { nodes[variable.index].needsGradient }

  /// The gradient of a node that is being walked.
  func arrived(_ node: Int) -> UnsafeMutablePointer<Scalar> {
    guard let gradient = nodes[node].gradient else {
      preconditionFailure("a node is walked after its gradient arrived")
    }
    return gradient
  }

  /// Where the gradient of an input goes, and whether it is to be added to what is there; `nil` where none is asked for.
  ///
  /// - Parameter covered: How many columns the caller will write. Where that is not all of them and nothing is there yet, zeros are.
  func destination(
    for variable: Variable, covered: Int? = nil
  ) -> (gradient: UnsafeMutablePointer<Scalar>, accumulates: Bool)? {
    guard nodes[variable.index].needsGradient else { return nil }
    if let gradient = nodes[variable.index].gradient { return (gradient, true) }
    let gradient = take(variable.rows * variable.columns)
    nodes[variable.index].gradient = gradient
    if let covered, covered < variable.columns {
      gradient.update(repeating: 0, count: variable.rows * variable.columns)
      return (gradient, true)
    }
    return (gradient, false)
  }

  /// Where the gradient of a row that every row of an operation uses is added up: zeros where nothing is there yet.
  func sumDestination(for variable: Variable) -> UnsafeMutablePointer<Scalar>? {
    destination(for: variable, covered: 0)?.gradient
  }

  /// Where a rule writes the gradient of an input of equal extents when it has no use for the node's own gradient but to turn it, element by element,
  /// into the input's: the same block where nothing is there yet, so that the walk touches as little memory as can be.
  ///
  /// The rule takes all its other destinations first: from here on the node's gradient may be the input's.
  func successor(
    of node: Int, for variable: Variable
  ) -> (gradient: UnsafeMutablePointer<Scalar>, accumulates: Bool)? {
    guard nodes[variable.index].needsGradient else { return nil }
    if let present = nodes[variable.index].gradient { return (present, true) }
    guard nodes[node].ownsGradient, !keepsBlocks, let gradient = nodes[node].gradient else {
      return destination(for: variable)
    }
    nodes[variable.index].gradient = gradient
    nodes[node].gradient = nil
    return (gradient, false)
  }

  /// Makes a block that a rule kept, times `scale`, the gradient of an input of as many elements, or adds it to it.
  func handOver(_ block: UnsafeMutablePointer<Scalar>, scaledBy scale: Scalar, to variable: Variable) {
    let count = variable.rows * variable.columns
    if nodes[variable.index].needsGradient && nodes[variable.index].gradient == nil && !keepsBlocks {
      if scale != 1 { Scalar.scale(block, by: scale, count: count) }
      nodes[variable.index].gradient = block
    } else {
      if let target = destination(for: variable, covered: 0)?.gradient {
        Scalar.add(block, scaledBy: scale, count: count, to: target)
      }
      release(block, count: count)
    }
  }

  /// The elements of a node's own result, for a rule that reads them on the way back.
  func result(_ node: Int) -> UnsafeMutablePointer<Scalar> {
    precondition(!nodes[node].isConsumed, "no operation takes the place of a result that its rule reads")
    return nodes[node].value
  }

  /// Makes the gradient of `node`, which needs it no longer, the gradient of an input of equal extents, or adds it to it.
  func handOver(_ node: Int, to variable: Variable) {
    guard nodes[variable.index].needsGradient, let gradient = nodes[node].gradient else { return }
    let count = variable.rows * variable.columns
    if let present = nodes[variable.index].gradient {
      Scalar.add(gradient, count: count, to: present)
    } else if nodes[node].ownsGradient && !keepsBlocks {
      nodes[variable.index].gradient = gradient
      nodes[node].gradient = nil
    } else {
      let copy = take(count)
      copy.update(from: gradient, count: count)
      nodes[variable.index].gradient = copy
    }
  }

  /// The gradient of a node that is being walked, for a rule that overwrites it: a copy where the node's own is to be looked at later.
  func arrivedToBeOverwritten(_ node: Int) -> UnsafeMutablePointer<Scalar> {
    let gradient = arrived(node)
    guard keepsBlocks else { return gradient }
    let count = nodes[node].rows * nodes[node].columns
    let copy = take(count)
    copy.update(from: gradient, count: count)
    return copy
  }

  /// Hands dx = dy w over as its factors, where dy is the column of `node`, w is `row`, and the rule of x multiplies them out on its way: it does
  /// where x is a rectified map. False where not, or where another gradient could arrive there.
  ///
  /// The bits are those of the package's own products, which start such an entry from 0 and add one product; the products of others, and those
  /// that round, are left to themselves.
  @inline(__always)
  func handOverFactors(of node: Int, row: Variable, to variable: Variable) -> Bool {
    guard nodes[node].columns == 1, multipliesUnrounded, !keepsBlocks, nodes[variable.index].needsGradient,
      nodes[variable.index].gradient == nil, case .rectifiedLinear = nodes[variable.index].operation,
      let column = nodes[node].gradient
    else { return false }
    for index in variable.index + 1..<node where !nodes[index].operation.isLeaf { return false }
    let factors = GradientFactors(column: column, row: input(row))
    _ = destination(for: variable)
    nodes[node].gradient = nil
    self.factors = (variable.index, factors)
    return true
  }

  /// The factors of a node's gradient, where it was handed over so; the caller multiplies them out and gives the column back.
  @inline(__always)
  func takeFactors(of node: Int) -> GradientFactors? {
    guard let (place, present) = factors, place == node else { return nil }
    factors = nil
    return present
  }

  // MARK: The walk

  /// Adds `seed` times the gradient of `loss`, a single number, to the gradients of all leaves and parameters that it depends on.
  ///
  /// The walk gives back the blocks of all nodes up to the loss, so that a record can be walked once; on a tape that keeps its blocks any number
  /// of losses can be walked one after the other, and their gradients add up.
  @specialized(where Scalar == Float)
  public func backward(from loss: Variable, seed: Scalar = 1) { walk(from: loss, seed: seed) }

  @inline(never)
  private func walk(from loss: Variable, seed: Scalar) {
    precondition(loss.rows == 1 && loss.columns == 1, "the walk starts at a single number")
    guard nodes[loss.index].needsGradient else { return }
    if keepsBlocks { forgetGradients() }
    guard let (gradient, accumulates) = destination(for: loss) else { return }
    gradient[0] = accumulates ? gradient[0] + seed : seed
    var index = loss.index
    while index >= 0 {
      if nodes[index].needsGradient && nodes[index].gradient != nil {
        let operation = nodes[index].operation
        operation.backward(node: index, on: self)
      }
      if !keepsBlocks { releaseBlocks(of: index) }
      index -= 1
    }
  }

  /// What an earlier walk left at operations has gone to their inputs already and must not go there again.
  private func forgetGradients() {
    for index in nodes.indices where nodes[index].ownsGradient { nodes[index].gradient = nil }
  }

  private func releaseBlocks(of index: Int) {
    let count = nodes[index].rows * nodes[index].columns
    if nodes[index].ownsGradient, let gradient = nodes[index].gradient {
      release(gradient, count: count)
      nodes[index].gradient = nil
    }
    if nodes[index].ownsValue {
      release(nodes[index].value, count: count)
      nodes[index].ownsValue = false
      nodes[index].isConsumed = true
    }
  }

  /// The first node, in the order of recording, whose value holds a number that is not finite: its scope.
  @specialized(where Scalar == Float)
  public func scopeOfFirstValueThatIsNotFinite() -> Int? {
    nodes.first { !$0.isConsumed && Scalar.firstNotFinite($0.value, count: $0.rows * $0.columns) != nil }
      .map { Int($0.scope) }
  }

  /// The first node, in the order of the backward walk, whose gradient holds a number that is not finite: its scope. Only a tape that
  /// keeps its blocks has them all.
  @specialized(where Scalar == Float)
  public func scopeOfFirstGradientThatIsNotFinite() -> Int? {
    nodes.last { node in
      guard let gradient = node.gradient else { return false }
      return Scalar.firstNotFinite(gradient, count: node.rows * node.columns) != nil
    }.map { Int($0.scope) }
  }
}
