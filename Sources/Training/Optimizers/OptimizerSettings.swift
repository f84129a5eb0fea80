// What an optimizer is: its rule, its numbers, and what its weight decay spares.

/// How parameters follow their gradients. In the formulas g is the gradient, p a parameter, r the learning rate, t = 1, 2, … the update.
public enum UpdateRule: Sendable, Hashable, Codable {
  /// Adam with decoupled weight decay d: p = (1 - r d) p, then m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2,
  /// p -= r / (1 - beta1^t) m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon).
  ///
  /// Source: Loshchilov and Hutter, *Decoupled weight decay regularization*, ICLR 2019; in PyTorch's form.
  case adamW(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8)
  /// Adam with weight decay as a part of the gradient: g + d p in the place of g.
  ///
  /// Source: Kingma and Ba, *Adam: a method for stochastic optimization*, ICLR 2015; in PyTorch's form.
  case adam(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8)
  /// m = momentum m + (1 - dampening) (g + d p), with m = g + d p at first; p -= r m, or with Nesterov's correction p -= r (g + d p + momentum m).
  ///
  /// Source: Sutskever, Martens, Dahl and Hinton, *On the importance of initialization and momentum in deep learning*, ICML 2013; in PyTorch's form.
  case sgd(momentum: Double = 0, dampening: Double = 0, nesterov: Bool = false)
  /// m = momentum m + (1 - momentum) g, p = (1 - r d) p - r sign(m); the sign of 0 is 0.
  ///
  /// Source: Bernstein, Wang, Azizzadenesheli and Anandkumar, *signSGD: compressed optimisation for non-convex problems*, ICML 2018.
  case signSGD(momentum: Double = 0)
  /// p -= r (g + z + d p), z normal with mean 0 and the given standard deviation, drawn anew for each parameter and update.
  ///
  /// The noise is a function of the trainer's random source, the update and the parameter's place. Clipping is done before it is added.
  case noisyGradientDescent(deviation: Double)
}

/// What weight decay acts on.
public enum DecayedParameters: String, Sendable, Hashable, Codable {
  /// Matrices; gains and biases are spared.
  case matrices
  /// Everything, as PyTorch does unless told otherwise.
  case all
}

/// An optimizer with every number it needs but the learning rate, which is the schedule's.
public struct OptimizerSettings: Sendable, Hashable, Codable {
  /// The rule.
  public var rule: UpdateRule
  /// d in the rules' formulas.
  public var weightDecay: Double
  /// What weight decay acts on.
  public var decays: DecayedParameters

  /// A rule with its weight decay.
  public init(_ rule: UpdateRule = .adamW(), weightDecay: Double = 0, decays: DecayedParameters = .matrices) {
    self.rule = rule
    self.weightDecay = weightDecay
    self.decays = decays
  }

  /// What is wrong with the numbers, as a sentence, or `nil`.
  public var fault: String? {
    func isShare(_ x: Double) -> Bool { (0..<1).contains(x) }
    if !(weightDecay >= 0 && weightDecay.isFinite) { return "weight decay is at least 0, not \(weightDecay)" }
    switch rule {
    case .adamW(let beta1, let beta2, let epsilon), .adam(let beta1, let beta2, let epsilon):
      if !isShare(beta1) { return "beta1 lies in 0 ..< 1, not at \(beta1)" }
      if !isShare(beta2) { return "beta2 lies in 0 ..< 1, not at \(beta2)" }
      if !(epsilon >= 0 && epsilon.isFinite) { return "epsilon is at least 0, not \(epsilon)" }
    case .sgd(let momentum, let dampening, let nesterov):
      if !(momentum >= 0 && momentum.isFinite) { return "momentum is at least 0, not \(momentum)" }
      if nesterov && (momentum == 0 || dampening != 0) {
        return "Nesterov's correction needs momentum and no dampening"
      }
    case .signSGD(let momentum):
      if !isShare(momentum) { return "the momentum of sign-SGD lies in 0 ..< 1, not at \(momentum)" }
    case .noisyGradientDescent(let deviation):
      if !(deviation >= 0 && deviation.isFinite) { return "the deviation of noise is at least 0, not \(deviation)" }
    }
    return nil
  }

  /// The names of the arrays of the parameters' size that the rule keeps from update to update.
  public var momentNames: [String] {
    switch rule {
    case .adamW, .adam: ["first moment", "second moment"]
    case .sgd(let momentum, _, _): momentum == 0 ? [] : ["momentum"]
    case .signSGD(let momentum): momentum == 0 ? [] : ["momentum"]
    case .noisyGradientDescent: []
    }
  }
}
