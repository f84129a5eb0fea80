// swift-tools-version: 6.2
// The house of Wright: a target's `dependencies` are the only modules that it may import (Tests/RepositoryTests checks).
import PackageDescription

/// Settings of every Swift target of this package.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "Wright",
  products: [
    .library(
      name: "Wright",
      targets: [
        "Randomness", "Circuits", "ExactArithmetic", "Tensors", "PropertyTesting", "Transformers", "Verification",
        "Constructions", "CircuitProperties", "Tasks", "Training",
      ]),
    .executable(name: "wright", targets: ["CommandLineTool"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/attaswift/BigInt", from: "6.0.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // C: thin wrappers and kernels
    .target(name: "CGMP", linkerSettings: [.linkedLibrary("gmp")]),
    .target(name: "COpenBLAS", linkerSettings: [.linkedLibrary("openblas")]),
    .target(name: "COneDNN", linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "CKernels", linkerSettings: [.linkedLibrary("m")]),

    // Public modules
    .target(name: "Randomness", swiftSettings: strict),
    .target(name: "Circuits", swiftSettings: strict),
    .target(name: "ExactArithmetic", dependencies: ["CGMP"], swiftSettings: strict),
    .target(name: "Tensors", dependencies: ["COpenBLAS", "COneDNN", "CKernels"], swiftSettings: strict),
    .target(name: "PropertyTesting", dependencies: ["Randomness"], swiftSettings: strict),
    .target(name: "Transformers", dependencies: ["Tensors", "ExactArithmetic"], swiftSettings: strict),
    .target(
      name: "Verification",
      dependencies: [
        "Transformers", "Tensors", "ExactArithmetic", .product(name: "Crypto", package: "swift-crypto"),
      ], swiftSettings: strict),
    .target(name: "Tasks", dependencies: ["Randomness"], swiftSettings: strict),
    .target(
      name: "Training",
      dependencies: [
        "Transformers", "Tensors", "Randomness", .product(name: "Crypto", package: "swift-crypto"),
      ], swiftSettings: strict),
    .target(
      name: "Constructions", dependencies: ["Verification", "Transformers", "Tensors", "Circuits", "ExactArithmetic"],
      swiftSettings: strict),
    .target(
      name: "CircuitProperties",
      dependencies: ["PropertyTesting", "Constructions", "Verification", "Transformers", "Circuits", "Randomness"],
      swiftSettings: strict),

    // The program
    .executableTarget(
      name: "CommandLineTool",
      dependencies: [
        "Circuits", "Constructions", "Verification", "Transformers", "ExactArithmetic", "Randomness", "Tensors",
        "Training", "Tasks",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: strict),

    // Tests: one target a module, named after it
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    .testTarget(
      name: "RandomnessTests",
      dependencies: [
        "Randomness"
      ], swiftSettings: strict),
    .testTarget(
      name: "CircuitsTests",
      dependencies: [
        "Circuits", "TestSupport", .product(name: "Crypto", package: "swift-crypto"),
      ], swiftSettings: strict),
    .testTarget(
      name: "ExactArithmeticTests",
      dependencies: [
        "ExactArithmetic", "TestSupport", .product(name: "BigInt", package: "BigInt"),
      ], swiftSettings: strict),
    .testTarget(
      name: "TensorsTests",
      dependencies: [
        "Tensors", "PropertyTesting", "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "PropertyTestingTests",
      dependencies: [
        "PropertyTesting"
      ],
      swiftSettings: strict),
    .testTarget(
      name: "TransformersTests",
      dependencies: ["Transformers", "Tensors", "ExactArithmetic", "TestSupport"],
      swiftSettings: strict),
    .target(
      name: "TrainingSupport", dependencies: ["Training", "Tensors", "Randomness"], path: "Tests/TrainingSupport",
      swiftSettings: strict),
    .executableTarget(
      name: "TrainingChild", dependencies: ["TrainingSupport", "Training", "Tensors", "Randomness"],
      path: "Tests/TrainingChild", swiftSettings: strict),
    .testTarget(
      name: "VerificationTests",
      dependencies: [
        "Verification", "Constructions", "Transformers", "Tensors", "Circuits", "ExactArithmetic", "TestSupport",
      ], swiftSettings: strict),
    .testTarget(
      name: "ConstructionsTests",
      dependencies: [
        "Constructions", "Verification", "Transformers", "Tensors", "Circuits", "ExactArithmetic", "Randomness",
        "TestSupport",
        .product(name: "Crypto", package: "swift-crypto"),
      ], swiftSettings: strict),
    .testTarget(
      name: "CircuitPropertiesTests",
      dependencies: [
        "CircuitProperties", "PropertyTesting", "Constructions", "Verification", "Transformers", "Tensors", "Circuits",
        "ExactArithmetic",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "TasksTests",
      dependencies: [
        "Tasks", "Randomness",
      ], swiftSettings: strict),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "TrainingSupport", "Training", "Transformers", "Tensors", "ExactArithmetic", "Randomness", "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "CommandLineToolTests", dependencies: ["TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "RepositoryTests", dependencies: ["TestSupport"], exclude: ["allow-list"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
