// `optimizer`, `schedule` and `clip`: how weights follow their gradients.
import Training

/// The optimizer; keys by PyTorch's names.
struct OptimizerSection: ConfigurationSection {
  /// A rule by its name.
  enum Rule: String, CaseIterable {
    case adamw, adam, sgd
    case signSGD = "sign_sgd"
    case noisyGD = "noisy_gd"
  }

  /// What weight decay acts on.
  enum Decay: String, CaseIterable {
    case matrices, all
  }

  var type = Rule.adamw
  var lr = 1e-3
  var beta1 = 0.9
  var beta2 = 0.999
  var eps = 1e-8
  var momentum = 0.0
  var dampening = 0.0
  var nesterov = false
  var noise = 0.0
  var weightDecay: Double?
  var decay = Decay.matrices

  static var keys: [ConfigurationKey<OptimizerSection>] {
    func of(_ rules: Rule..., key: ConfigurationKey<OptimizerSection>) -> ConfigurationKey<OptimizerSection> {
      key.for("type \(rules.map(\.rawValue).joined(separator: ", "))") { rules.contains($0.type) }
    }
    return [
      .choice("type", \.type),
      .number("lr", \.lr, in: .notNegative),
      of(.adamw, .adam, key: .pair("betas", \.beta1, \.beta2, in: .share)),
      of(.adamw, .adam, key: .number("eps", \.eps, in: .notNegative)),
      of(.sgd, .signSGD, key: .number("momentum", \.momentum, in: .notNegative)),
      of(.sgd, key: .number("dampening", \.dampening, in: .any)),
      of(.sgd, key: .flag("nesterov", \.nesterov)),
      of(.noisyGD, key: .number("noise", \.noise, in: .notNegative)),
      .number("weight_decay", \.weightDecay, in: .notNegative),
      .choice("decay", \.decay),
    ]
  }

  /// Fills what follows from the rest: PyTorch's weight decay.
  mutating func resolve() {
    if weightDecay == nil { weightDecay = type == .adamw ? 0.01 : 0 }
  }

  /// The library's settings.
  var settings: OptimizerSettings {
    let rule: UpdateRule =
      switch type {
      case .adamw: .adamW(beta1: beta1, beta2: beta2, epsilon: eps)
      case .adam: .adam(beta1: beta1, beta2: beta2, epsilon: eps)
      case .sgd: .sgd(momentum: momentum, dampening: dampening, nesterov: nesterov)
      case .signSGD: .signSGD(momentum: momentum)
      case .noisyGD: .noisyGradientDescent(deviation: noise)
      }
    return OptimizerSettings(rule, weightDecay: weightDecay ?? 0, decays: decay == .all ? .all : .matrices)
  }
}

/// The course of the learning rate.
struct ScheduleSection: ConfigurationSection {
  /// A shape by its name.
  enum Shape: String, CaseIterable {
    case constant, linear, cosine
  }

  var type = Shape.constant
  var warmupSteps = 0
  var minLR = 0.0

  static var keys: [ConfigurationKey<ScheduleSection>] {
    [
      .choice("type", \.type),
      .integer("warmup_steps", \.warmupSteps, in: 0...Int.max >> 1),
      ConfigurationKey<ScheduleSection>.number("min_lr", \.minLR, in: .notNegative)
        .for("type linear or cosine") { $0.type != .constant },
    ]
  }

  /// The library's schedule of a run of `steps` steps.
  func schedule(peak: Double, steps: Int) -> LearningRateSchedule {
    let shape: LearningRateSchedule.Shape =
      switch type {
      case .constant: .constant
      case .linear: .linear(end: steps, minimum: minLR)
      case .cosine: .cosine(end: steps, minimum: minLR)
      }
    return LearningRateSchedule(peak: peak, warmUp: warmupSteps, shape: shape)
  }
}

/// Bounds on gradients.
struct ClipSection: ConfigurationSection {
  var norm: Double?
  var value: Double?

  static var keys: [ConfigurationKey<ClipSection>] {
    [.number("norm", \.norm, in: .positive), .number("value", \.value, in: .positive)]
  }

  /// The library's clipping.
  var clipping: GradientClipping? { norm.map { .norm($0) } ?? value.map { .value($0) } }
}
