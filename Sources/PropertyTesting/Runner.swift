// One example: draw a value, ask the property, note what was chosen.

/// One example: its value, its choices and whether the property held.
struct Run<Value> {
  let value: Value
  let choices: [Choice]
  let spans: [Span]
  let labels: [String]
  /// `nil` where the property held.
  let failure: (kind: String, error: (any Error)?)?

  var ranks: [UInt64] { choices.map(\.rank) }
}

/// What running one example came to.
enum RunEnd<Value> {
  /// A value was made and the property answered.
  case decided(Run<Value>)
  /// A filter or `assume` left the example out, or it made too many choices.
  case leftOut
  /// The generator threw an error of its own: there is no value.
  case generatorThrew(any Error)
}

/// Runs a generator and a property on a source.
struct Runner<Value> {
  let generator: Generator<Value>
  let property: (Value) throws -> Bool

  func run(_ source: ChoiceSource) -> RunEnd<Value> {
    var ignored = RunStatistics()
    return run(source, keeping: &ignored)
  }

  /// Runs one example and counts it.
  func run(_ source: ChoiceSource, keeping statistics: inout RunStatistics) -> RunEnd<Value> {
    var source = source
    let recorder = LabelRecorder()
    let end: RunEnd<Value> = LabelRecorder.$current.withValue(recorder) {
      let value: Value
      do {
        value = try source.draw(generator)
      } catch is RunStop {
        return .leftOut
      } catch {
        return .generatorThrew(error)
      }
      var failure: (kind: String, error: (any Error)?)?
      do {
        if try !property(value) { failure = ("false", nil) }
      } catch is RunStop {
        return .leftOut
      } catch {
        // Shrinking keeps to errors of the first one's type, so that it does not slip to another fault.
        failure = (String(reflecting: type(of: error)), error)
      }
      return .decided(
        Run(value: value, choices: source.choices, spans: source.spans, labels: recorder.labels, failure: failure))
    }
    switch end {
    case .decided:
      statistics.examples += 1
      recorder.add(to: &statistics)
    case .leftOut: statistics.discarded += 1
    case .generatorThrew: break
    }
    return end
  }

  /// A runner whose property is that the generator throws nothing; its values are the errors that it threw.
  var generatorFaults: Runner<(any Error)?> {
    let generator = generator
    let errors = Generator<(any Error)?> { source in
      do {
        _ = try source.draw(generator)
        return nil
      } catch let stop as RunStop {
        throw stop
      } catch {
        return error
      }
    }
    return Runner<(any Error)?>(generator: errors) { error in
      if let error { throw error }
      return true
    }
  }
}
