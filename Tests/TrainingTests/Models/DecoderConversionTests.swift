// A model's weights as parameters and back: the same bits, by the names of its folder.
import ExactArithmetic
import Foundation
import Tensors
import TestSupport
import Testing
import Training
import Transformers

@Suite struct DecoderConversionTests {
  @Test(arguments: DecoderKind.all)
  func conversionsAreIdentities(kind: DecoderKind) throws {
    let objective = try kind.objective()
    let parameters: AlignedBuffer<Float> = kind.parameters(of: objective)
    let model = objective.model(from: parameters)
    try model.validate()
    let back: AlignedBuffer<Float> = try objective.parameters(from: model)
    for parameter in objective.layout.parameters where !parameter.name.hasPrefix("auxiliary.") {
      #expect(parameter.range.allSatisfy { parameters.base[$0].bitPattern == back.base[$0].bitPattern })
    }
    #expect(objective.model(from: back) == model)
    let wide: AlignedBuffer<Double> = try objective.parameters(from: model)
    #expect(objective.model(from: wide) == model)
    if kind.options.auxiliaryHeads.isEmpty && kind.options.sharing == .none {
      #expect(objective.layout.parameterCount == model.parameterCount)
    }
  }

  @Test func auxiliaryHeadsBeginAsCopiesOfTheHead() throws {
    let objective = try DecoderKind.all[5].objective()
    let model = objective.model(from: DecoderKind.all[5].parameters(of: objective, as: Float.self))
    let buffer: AlignedBuffer<Float> = try objective.parameters(from: model)
    #expect(
      numbers("auxiliary.1.head.weight", of: objective, in: buffer)
        == numbers("lm_head.weight", of: objective, in: buffer))
    #expect(
      numbers("auxiliary.1.norm.weight", of: objective, in: buffer)
        == numbers("model.norm.weight", of: objective, in: buffer))
    #expect(objective.layout["auxiliary.0.head.weight"] == nil)
  }

  @Test func sharedLayersAreWrittenIntoEachLayer() throws {
    let objective = try DecoderKind.all[6].objective()
    let model = objective.model(from: DecoderKind.all[6].parameters(of: objective, as: Float.self))
    #expect(model.weights.layers.count == 3)
    #expect(model.weights.layers[0] == model.weights.layers[2])
    #expect(model.weights.layers[0] != model.weights.layers[1])
  }

  @Test func aModelWhoseLayersDifferDoesNotShare() throws {
    let objective = try DecoderKind.all[6].objective()
    var model = objective.model(from: DecoderKind.all[6].parameters(of: objective, as: Float.self))
    model.weights.layers[2].down.weight.elements[3] += 1
    let error = #expect(throws: ModelError.self) { _ = try objective.parameters(from: model, as: Float.self) }
    #expect(error?.faults.map(\.part) == ["layers[2]"])
  }

  @Test func aModelOfAnotherShapeIsRefused() throws {
    let objective = try DecoderKind.all[0].objective()
    var model = objective.model(from: DecoderKind.all[0].parameters(of: objective, as: Float.self))
    model.weights.head?.elements[0] = .nan
    let numbers = #expect(throws: ModelError.self) { _ = try objective.parameters(from: model, as: Float.self) }
    #expect(numbers?.faults.map(\.part) == ["head"])
    model.configuration.endTokens = [2]
    let shape = #expect(throws: ModelError.self) { _ = try objective.parameters(from: model, as: Float.self) }
    #expect(shape?.faults.map(\.part) == ["configuration"])
  }

  @Test(arguments: [0, 1, 2, 3])
  func whatIsTrainedIsWrittenAsAnyModelAndReadAgain(index: Int) throws {
    let kind = DecoderKind.all[index]
    let objective = try kind.objective()
    let model = objective.model(from: kind.parameters(of: objective, as: Float.self))
    let folder = FileManager.default.temporaryDirectory.appending(path: "wright-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try ModelFolder.write(model, to: folder.path)
    let read = try ModelFolder.read(folder.path)
    #expect(read.weights == model.weights)
    let again = try DecoderObjective(read.configuration)
    #expect(again.layout == objective.layout)
  }

  @Test(.enabled(if: sharedData != nil), arguments: TrainingGolden.names)
  func parametersHaveTheNamesAndShapesOfTheFolder(name: String) throws {
    let golden = try TrainingGolden(name)
    let (objective, _) = try golden.decoder()
    let file = try SafetensorsFile(golden.folder + "/model.safetensors")
    let stored = Dictionary(uniqueKeysWithValues: file.header.tensors.map { ($0.name, $0.shape) })
    let ours = Dictionary(uniqueKeysWithValues: objective.layout.parameters.map { ($0.name, $0.shape) })
    #expect(ours == stored)
  }

  @Test func partsOfOneProductStandNextToEachOther() throws {
    let layout = try DecoderKind.all[0].objective().layout
    let attention = ["q", "k", "v"].compactMap { layout["model.layers.1.self_attn.\($0)_proj.weight"] }
    #expect(ParameterLayout.joined(attention)?.rows == 24)
    let inner = ["gate", "up"].compactMap { layout["model.layers.1.mlp.\($0)_proj.weight"] }
    #expect(ParameterLayout.joined(inner)?.rows == 24)
    let apart = try DecoderKind.all[4].objective().layout
    let gaps = ["q", "k", "v"].compactMap { apart["model.layers.1.self_attn.\($0)_proj.weight"] }
    #expect(gaps.count == 3 && ParameterLayout.joined(gaps) == nil)
  }

  @Test func otherKindsHaveTheNamesOfTheirFolders() throws {
    let gpt2 = Set(try DecoderKind.all[2].objective().layout.parameters.map(\.name))
    for name in [
      "transformer.wte.weight", "transformer.wpe.weight", "transformer.h.1.ln_1.bias",
      "transformer.h.0.attn.c_attn.key.weight", "transformer.h.0.mlp.c_fc.bias", "transformer.ln_f.weight",
    ] { #expect(gpt2.contains(name), "\(name)") }
    let plain = Set(try DecoderKind.all[3].objective().layout.parameters.map(\.name))
    for name in ["token_embedding.weight", "position_embedding.weight", "layers.1.query.weight", "head.weight"] {
      #expect(plain.contains(name), "\(name)")
    }
    #expect(!plain.contains { $0.contains("norm") })
  }

  /// Options that make no sense, and the part that is at fault.
  struct OptionFault: Sendable {
    var part: String
    var change: @Sendable (inout DecoderOptions) -> Void
  }

  @Test(arguments: [
    OptionFault(part: "frozenParameters") { $0.frozenParameters = ["model.layers.7.*"] },
    OptionFault(part: "frozenParameters") { $0.frozenParameters = ["lm_head"] },
    OptionFault(part: "auxiliaryHeads[0].layer") { $0.auxiliaryHeads = [AuxiliaryHead(layer: 2, weight: 1)] },
    OptionFault(part: "auxiliaryHeads[0].weight") { $0.auxiliaryHeads = [AuxiliaryHead(layer: 0, weight: .nan)] },
    OptionFault(part: "sharing") { $0.sharing = .cycle(0) },
    OptionFault(part: "lossWeight") { $0.lossWeight = .infinity },
    OptionFault(part: "tokensPerShard") { $0.tokensPerShard = 0 },
    OptionFault(part: "maximumLength") { $0.maximumLength = 17 },
  ])
  func optionsThatMakeNoSenseAreRefused(fault: OptionFault) {
    var options = DecoderOptions()
    fault.change(&options)
    let error = #expect(throws: ModelError.self) { _ = try DecoderObjective(DecoderKind.tiny(), options: options) }
    #expect(error?.faults.map(\.part) == [fault.part])
  }

  @Test func aConfigurationThatMakesNoSenseIsRefused() {
    let error = #expect(throws: ModelError.self) {
      _ = try DecoderObjective(
        DecoderKind.tiny {
          $0.headSize = 3
          $0.keyValueHeadCount = 3
        })
    }
    #expect(error?.faults.map(\.part) == ["keyValueHeadCount", "headSize"])
    let empty = #expect(throws: ModelError.self) {
      _ = try DecoderObjective(DecoderKind.tiny { $0.intermediateSize = 0 })
    }
    #expect(empty?.faults.map(\.part) == ["intermediateSize"])
  }

  @Test(arguments: [
    ("model.layers.0.*", 9), ("*.q_proj.weight", 2), ("*", 21), ("*layers.*.mlp.*", 6), ("model.norm.weight", 1),
    ("*.weight", 21), ("model.*.0.*norm*", 2), ("**down_proj**", 2),
  ])
  func patternsMeanNames(pattern: String, count: Int) throws {
    var options = DecoderOptions()
    options.frozenParameters = [pattern]
    let layout = try DecoderObjective(DecoderKind.tiny(), options: options).layout
    #expect(layout.parameters.filter { !$0.isTrainable }.count == count)
  }
}
