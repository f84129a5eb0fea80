// Keys that are right one by one and contradict each other.
import Training

extension TrainingConfiguration {
  /// Adds a fault for each contradiction.
  func checkForContradictions(_ faults: inout ConfigurationFaults) {
    checkModel(&faults)
    checkData(&faults)
    checkCourse(&faults)
    checkStopping(&faults)
    if seeds != nil && !replicas.isEmpty {
      faults.add("seeds", expected: "null where replicas are listed", found: "\(seeds ?? 0)")
    }
    if seeds.map({ UInt64($0) - 1 > UInt64.max - seed }) ?? false {
      faults.add("seed", expected: "a seed to which all replicas' numbers can be added", found: "\(seed)")
    }
  }

  private func checkModel(_ faults: inout ConfigurationFaults) {
    if model.from != nil { return }
    if model.isPerceptron { return checkPerceptron(&faults) }
    let (width, heads) = (model.hiddenSize, model.numAttentionHeads)
    if (model.type != .llama || !faults.wasWritten("model.head_dim")) && width % heads != 0 {
      faults.add(
        "model.num_attention_heads", expected: "a divisor of hidden_size, \(width)", found: "\(heads)")
    }
    if model.type == .llama {
      if let size = model.headDim, size % 2 != 0, width % heads == 0 || faults.wasWritten("model.head_dim") {
        faults.add(
          "model.head_dim", expected: "an even number, since rotary positions turn pairs", found: "\(size)")
      }
      if let groups = model.numKeyValueHeads, heads % groups != 0 {
        faults.add(
          "model.num_key_value_heads", expected: "a divisor of num_attention_heads, \(heads)", found: "\(groups)")
      }
    }
    for (index, head) in model.auxiliaryHeads.enumerated() where head.layer >= model.numHiddenLayers {
      faults.add(
        "model.auxiliary_heads[\(index)].layer", expected: "a layer from 0 to \(model.numHiddenLayers - 1)",
        found: "\(head.layer)")
    }
    if let shared = model.sharedLayers, shared > model.numHiddenLayers {
      faults.add(
        "model.shared_layers", expected: "at most num_hidden_layers, \(model.numHiddenLayers)", found: "\(shared)")
    }
  }

  private func checkPerceptron(_ faults: inout ConfigurationFaults) {
    for layer in model.frozenLayers where layer > model.hiddenSizes.count {
      faults.add(
        "model.frozen_layers", expected: "maps from 0 to \(model.hiddenSizes.count)", found: "\(layer)")
    }
    if model.truthTables.isEmpty { return }
    if model.hiddenAct != .relu || !model.bias {
      faults.add(
        "model.truth_tables", expected: "rectifiers with biases (hidden_act: relu, bias: true)", found: "others")
    }
    if data.task == .randomLabels && data.encoding == .normal {
      faults.add("data.encoding", expected: "signs or zero_one, since truth tables are of bits", found: "normal")
    }
    for group in model.truthTables where group.count > 20 || Set(group).count != group.count {
      faults.add("model.truth_tables", expected: "groups of at most 20 different inputs", found: "\(group)")
      return
    }
    let units = model.truthTables.reduce(0) { $0 + 1 << $1.count }
    if model.hiddenSizes.first != units {
      faults.add(
        "model.hidden_sizes", expected: "a first layer with a unit for each pattern of the truth tables, \(units)",
        found: model.hiddenSizes.first.map(String.init) ?? "none")
    }
  }

  private func checkData(_ faults: inout ConfigurationFaults) {
    guard let task = data.task else {
      return faults.add(
        "data.task", expected: "one of \(DataSection.Source.allCases.map(\.rawValue).joined(separator: ", "))",
        found: "nothing")
    }
    let fitting: [DataSection.Source] =
      model.isPerceptron
      ? [.parity, .randomLabels, .jsonl] : [.modularAddition, .permutationComposition, .parity, .jsonl]
    if !fitting.contains(task) {
      faults.add(
        "data.task",
        expected: "with a model of type \(model.type.rawValue) one of "
          + fitting.map(\.rawValue).joined(separator: ", "),
        found: task.rawValue)
    }
    if task == .jsonl && data.path == nil {
      faults.add("data.path", expected: "the path of a file of JSON lines", found: "nothing")
    }
    if task == .parity && data.encoding == .normal {
      faults.add("data.encoding", expected: "signs or zero_one, since a parity is of bits", found: "normal")
    }
    if model.isPerceptron && data.chain {
      faults.add("data.chain", expected: "false with a model of type mlp, which emits no tokens", found: "true")
    }
    if let loss, loss.isOfTokens == model.isPerceptron {
      faults.add(
        "loss", expected: model.isPerceptron ? "one of square, hinge, logistic" : "one of answers, all",
        found: loss.rawValue)
    }
  }

  private func checkCourse(_ faults: inout ConfigurationFaults) {
    if schedule.warmupSteps >= steps && schedule.warmupSteps > 0 {
      faults.add("schedule.warmup_steps", expected: "fewer than steps, \(steps)", found: "\(schedule.warmupSteps)")
    }
    if schedule.minLR > optimizer.lr {
      faults.add("schedule.min_lr", expected: "at most optimizer.lr, \(optimizer.lr)", found: "\(schedule.minLR)")
    }
    if clip.norm != nil && clip.value != nil {
      faults.add("clip", expected: "a bound on the norm or on values", found: "both")
    }
    if let fault = optimizer.settings.fault {
      faults.add("optimizer", expected: "numbers that fit together", found: fault)
    }
    if model.isPerceptron && export.dtype != .f32 {
      faults.add("export.dtype", expected: "f32 with a model of type mlp", found: export.dtype.rawValue)
    }
    if products == .openblas && precision == .bfloat16 {
      faults.add("products", expected: "native or onednn for bfloat16", found: "openblas")
    }
    if products == .onednn && precision != .bfloat16 {
      faults.add("products", expected: "native or openblas for \(precision.rawValue)", found: "onednn")
    }
  }

  private func checkStopping(_ faults: inout ConfigurationFaults) {
    guard let metric = stopping.metric else {
      for key in ["direction", "patience", "min_delta", "threshold"] where faults.wasWritten("stopping.\(key)") {
        let isSet =
          switch key {
          case "direction": stopping.direction != nil
          case "patience": stopping.patience != nil
          case "min_delta": stopping.minDelta != 0
          default: stopping.threshold != nil
          }
        if isSet { faults.add("stopping.\(key)", expected: "stopping.metric beside it", found: "no metric") }
      }
      if export.weights == .best {
        faults.add("export.weights", expected: "final, or a stopping.metric that says what is best", found: "best")
      }
      return
    }
    if !metric.applies(toPerceptron: model.isPerceptron) {
      let names = EvaluationMetric.allCases.filter { $0.applies(toPerceptron: model.isPerceptron) }.map(\.rawValue)
      faults.add("stopping.metric", expected: "one of \(names.joined(separator: ", "))", found: metric.rawValue)
    }
    if evaluation.every == nil || evaluation.every.map({ $0 > steps }) ?? false {
      faults.add(
        "stopping.metric", expected: "evaluations within the run's \(steps) steps (evaluation.every)",
        found: evaluation.every.map { "one every \($0) steps" } ?? "none")
    }
    if metric.isOfTraining && !evaluation.training {
      faults.add(
        "stopping.metric", expected: "evaluation.training, since it is measured on training examples", found: "false")
    }
    if !metric.isOfTraining && data.task.map({ $0.isTask && data.trainingFraction == 1 }) ?? false {
      faults.add("stopping.metric", expected: "validation examples", found: "a training_fraction of 1")
    }
    if stopping.patience == nil && stopping.threshold == nil && export.weights == .final {
      faults.add("stopping.metric", expected: "patience or a threshold beside it", found: "neither")
    }
  }
}
