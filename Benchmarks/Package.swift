// swift-tools-version: 6.2
// Benchmarks of Wright: a package of its own, so that nobody who uses or tests Wright builds it.
import PackageDescription

/// The settings of the package that is measured.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "WrightBenchmarks",
  dependencies: [
    .package(name: "Wright", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    .target(name: "CPeak"),
    .target(name: "CSampler"),
    .executableTarget(
      name: "Benchmark",
      dependencies: [
        "CPeak",
        "CSampler",
        .product(name: "Wright", package: "Wright"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
