// swift-tools-version: 6.2
import PackageDescription

/// What every Swift target of this package is compiled with.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// A C library of Debian's, bound as a module of its own.
func debian(_ name: String, pkgConfig: String? = nil, package: String? = nil) -> Target {
    .systemLibrary(
        name: name, pkgConfig: pkgConfig, providers: package.map { [.apt([$0])] })
}

/// A module of the flow under `Sources/`; its dependencies are the arrows of ARCHITECTURE.md.
func module(
    _ name: String, _ dependencies: [String] = [], exclude: [String] = [], resources: [Resource] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies.map { .byName(name: $0) }, exclude: exclude,
        resources: resources, swiftSettings: settings)
}

/// The tests of one module, in the folder that mirrors it.
func tests(_ name: String, _ dependencies: [String], exclude: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies.map { .byName(name: $0) }, exclude: exclude,
        swiftSettings: settings)
}

let package = Package(
    name: "plumbline",
    products: [
        .executable(name: "plumbline", targets: ["plumbline"]),
        .executable(name: "plumbline-sim", targets: ["plumbline-sim"]),
        .executable(name: "plumbline-usb-mock", targets: ["plumbline-usb-mock"]),
    ],
    targets: [
        // C libraries.
        debian("CModbus", pkgConfig: "libmodbus", package: "libmodbus-dev"),
        debian("CUSB", pkgConfig: "libusb-1.0", package: "libusb-1.0-0-dev"),
        debian("CSQLite", pkgConfig: "sqlite3", package: "libsqlite3-dev"),
        debian("CYAML", pkgConfig: "yaml-0.1", package: "libyaml-dev"),
        debian("CCrypto", pkgConfig: "libcrypto", package: "libssl-dev"),
        debian("CZlib", pkgConfig: "zlib", package: "zlib1g-dev"),
        debian("CMicroHTTPD", pkgConfig: "libmicrohttpd", package: "libmicrohttpd-dev"),
        debian("CCurl", pkgConfig: "libcurl", package: "libcurl4-openssl-dev"),
        debian("CZint", package: "libzint-dev"),
        debian("CUMockdev", pkgConfig: "umockdev-1.0", package: "libumockdev-dev"),
        debian("CLinux"),
        .target(name: "CShims", dependencies: ["CSQLite", "CCurl"]),

        // The flow: device → sample → measurement → inspection record → ledger → delivery.
        module("Metrology"),
        module("Codecs"),
        module("Inspection", ["Metrology", "Codecs"]),
        module(
            "Profiles", ["Metrology", "Codecs", "Inspection", "CYAML", "CCrypto"], exclude: ["Schema"]),
        module("Linux", ["CLinux"]),
        module("Transports", ["Metrology", "Codecs", "Linux", "CModbus", "CUSB"]),
        module("Drivers", ["Metrology", "Codecs", "Inspection", "Profiles", "Transports"]),
        module("Ledger", ["Codecs", "Linux", "CSQLite", "CCrypto", "CZlib", "CShims"]),
        module("Delivery", ["Metrology", "Inspection", "Ledger", "Codecs", "Linux"]),
        module(
            "Gateway",
            [
                "Metrology", "Codecs", "Inspection", "Profiles", "Linux", "Transports", "Drivers",
                "Ledger", "Delivery", "CMicroHTTPD", "CCurl", "CShims", "CZint",
            ], resources: [.embedInCode("Web/Assets")]),
        .executableTarget(
            name: "plumbline",
            dependencies: ["Gateway", "Metrology", "Codecs", "Profiles", "Linux", "Transports", "Ledger"],
            swiftSettings: settings),

        // Devices that are not there, for tests and demonstrations; never linked into plumbline.
        .target(
            name: "Simulation", dependencies: ["Metrology", "Codecs", "Profiles", "Linux"],
            path: "Simulators/Simulation", swiftSettings: settings),
        .executableTarget(
            name: "plumbline-sim", dependencies: ["Simulation"],
            path: "Simulators/plumbline-sim", swiftSettings: settings),
        .executableTarget(
            name: "plumbline-usb-mock", dependencies: ["CUMockdev", "Linux"],
            path: "Simulators/plumbline-usb-mock", swiftSettings: settings),

        // What `make bench` runs.
        .target(
            name: "CBaselines", dependencies: ["CModbus", "CSQLite", "CCrypto"],
            path: "Benchmarks/CBaselines"),
        .executableTarget(
            name: "plumbline-bench",
            dependencies: [
                "Metrology", "Codecs", "Linux", "Profiles", "Transports", "Drivers", "Ledger",
                "CBaselines",
            ],
            path: "Benchmarks/plumbline-bench", swiftSettings: settings),

        // Runs as a child of TransportsTests, where the mock USB devices can be preloaded.
        .executableTarget(
            name: "usb-scan-probe", dependencies: ["Transports", "Metrology", "Codecs", "Linux"],
            path: "Tests/Tools/usb-scan-probe", swiftSettings: settings),

        // Runs as a child of LedgerTests, which kill it.
        .executableTarget(
            name: "ledger-appender", dependencies: ["Ledger", "Codecs"],
            path: "Tests/Tools/ledger-appender", swiftSettings: settings),

        // What `make fuzz` runs at length and FuzzTests in short.
        .target(
            name: "Fuzzing", dependencies: ["Codecs", "Metrology", "Profiles"], path: "Tests/Fuzzing",
            exclude: ["Corpora"],
            swiftSettings: settings),
        .executableTarget(
            name: "plumbline-fuzz", dependencies: ["Fuzzing"], path: "Tests/Tools/plumbline-fuzz",
            swiftSettings: settings),

        // What the tests of several modules share: servers of others, the mock of USB, hostile
        // scans, scratch directories, chance that a seed repeats.
        .target(
            name: "Judging", dependencies: ["Linux"], path: "Tests/Judging", swiftSettings: settings),

        tests("MetrologyTests", ["Metrology", "Judging"]),
        tests("CodecsTests", ["Codecs", "Judging"]),
        tests("InspectionTests", ["Inspection", "Metrology", "Codecs", "Judging"]),
        tests(
            "ProfilesTests", ["Profiles", "Inspection", "Metrology", "Codecs", "Judging"],
            exclude: ["Cases"]),
        tests(
            "TransportsTests", ["Transports", "Metrology", "Codecs", "Linux", "CModbus", "Judging"],
            exclude: ["Judges"]),
        tests(
            "DriversTests",
            ["Drivers", "Profiles", "Transports", "Simulation", "Metrology", "Codecs", "Judging"]),
        tests("LedgerTests", ["Ledger", "Codecs", "Linux", "Judging", "CSQLite"]),
        tests(
            "DeliveryTests",
            ["Delivery", "Ledger", "Inspection", "Metrology", "Codecs", "Linux", "Judging"]),
        tests(
            "GatewayTests",
            [
                "Gateway", "Drivers", "Linux", "Transports", "Inspection", "Metrology", "Codecs", "Profiles",
                "Ledger", "Judging",
            ], exclude: ["Judges"]),
        tests("SimulationTests", ["Simulation", "Profiles", "Codecs", "Metrology", "Linux"]),
        tests(
            "EndToEndTests", ["Codecs", "Judging", "plumbline", "plumbline-sim", "plumbline-usb-mock"],
            exclude: ["Judges"]),
        tests("FuzzTests", ["Fuzzing"]),
        tests("TidyTests", []),
    ]
)
