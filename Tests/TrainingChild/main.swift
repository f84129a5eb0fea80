// A program that trains a small model in a folder, so that a test can kill it: TrainingChild FOLDER STEPS BYTES [DELAY].
//
// It takes up what is in the folder. BYTES: after how many written bytes it kills itself, 0 for never. DELAY: microseconds to wait after
// each 512 bytes, so that checkpoints take long enough to be killed in. At the end the weights stand in FOLDER/weights.bin. SIGTERM and SIGINT
// have a checkpoint written; the exit code is then 128 plus the signal's number.
import Foundation
import Randomness
import Synchronization
import Tensors
import Training
import TrainingSupport

/// The signal that came, or 0.
let received = Atomic<Int32>(0)
var awaited = sigset_t()
sigemptyset(&awaited)
for number in [SIGTERM, SIGINT] {
  signal(number) { received.store($0, ordering: .relaxed) }
  sigaddset(&awaited, number)
}
// The threads of libdispatch, on which tests run, block them, and what they start inherits that.
pthread_sigmask(SIG_UNBLOCK, &awaited, nil)

// A file past the limit of its size is then a write that failed.
signal(SIGXFSZ, SIG_IGN)

let arguments = CommandLine.arguments
guard arguments.count >= 4, let stepCount = Int(arguments[2]), let bytes = Int(arguments[3]) else { exit(64) }
let folder = arguments[1]
let delay = arguments.count > 4 ? UInt32(arguments[4]) ?? 0 : 0
let left = Atomic<Int>(bytes == 0 ? .max : bytes)

/// Writes at most 512 bytes, and ends the process in the middle of them when its bytes are used up.
let write: FileWrite = { descriptor, buffer in
  let count = min(buffer.count, 512, left.load(ordering: .relaxed))
  let written = systemWrite(descriptor, UnsafeRawBufferPointer(rebasing: buffer.prefix(count)))
  if left.wrappingSubtract(max(0, written), ordering: .relaxed).newValue <= 0 { kill(getpid(), SIGKILL) }
  if delay > 0 { usleep(delay) }
  return written
}

do {
  let objective = SmallObjective(width: 16)
  let trainer = Trainer(
    objective,
    settings: TrainingSettings(
      optimizer: OptimizerSettings(.adamW(), weightDecay: 0.01),
      schedule: LearningRateSchedule(peak: 0.01, warmUp: 10, shape: .cosine(end: 400)), clipping: .norm(1),
      batchesPerStep: 2, evaluationInterval: 25,
      stopping: StoppingRule(metric: "validation loss", direction: .lower, patience: 1000)),
    source: SmallObjective.batches(seed: 5), parameters: objective.firstWeights(seed: 4) as AlignedBuffer<Float>,
    products: ReferenceProducts(), threadCount: 2, configuration: "the child of the kill test")
  let evaluation = GradientEngine<SmallObjective, Float>(objective, products: ReferenceProducts(), threadCount: 1)
  var random = Philox(seed: 6)
  let validation = SmallObjective.batch(of: 24, using: &random)
  let checkpoints = CheckpointFolder(folder)
  let resumes = try FileManager.default.fileExists(atPath: folder) && !checkpoints.steps().isEmpty
  let ending = try trainer.run(
    writingBy: write,
    RunPlan(
      stepCount: stepCount, folder: folder, checkpointSteps: 20, checkpointSeconds: nil, keepsBest: true,
      metricsInterval: 5),
    resumes: resumes,
    evaluate: { weights, _ in
      ["validation loss": evaluation.loss(of: validation, parameters: weights, normalization: 1.0 / 24)]
    },
    isInterrupted: { received.load(ordering: .relaxed) != 0 })
  if ending == .interrupted { exit(128 + received.load(ordering: .relaxed)) }
  try Data(UnsafeRawBufferPointer(trainer.parameters.elements)).write(to: URL(fileURLWithPath: folder + "/weights.bin"))
} catch {
  FileHandle.standardError.write(Data("\(error)\n".utf8))
  exit(74)
}
