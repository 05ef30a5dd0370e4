import Testing

/// The modules import what the architecture says, and the pure ones stay pure.
struct ArrowTests {
    /// What is built beside the flow, and so does not stand in ARCHITECTURE.md.
    static let aside: [String: Set<String>] = [
        "CShims": ["CSQLite", "CCurl"],
        "plumbline-sim": ["Simulation"],
        "plumbline-usb-mock": ["CUMockdev", "Linux"],
        "usb-scan-probe": ["Transports", "Metrology", "Codecs", "Linux"],
        "ledger-appender": ["Ledger", "Codecs"],
        "Fuzzing": ["Codecs", "Metrology", "Profiles"],
        "Judging": ["Linux"],
        "plumbline-fuzz": ["Fuzzing"],
        "CBaselines": ["CModbus", "CSQLite", "CCrypto"],
        "plumbline-bench": [
            "Metrology", "Codecs", "Linux", "Profiles", "Transports", "Drivers", "Ledger", "CBaselines",
        ],
    ]
    /// The arrows: each module with what it may import, as the table of ARCHITECTURE.md has them.
    static let arrows = aside.merging(
        table(SourceTree.shared.file("ARCHITECTURE.md")?.text ?? ""), uniquingKeysWith: { $1 })
    /// Values and decisions only: no Foundation, no C library, no clock, no I/O.
    static let pure: Set<String> = ["Metrology", "Codecs", "Inspection"]
    /// What the other modules may use of the toolchain. Foundation itself costs 10 MB of memory and more.
    static let toolchain: Set<String> = ["Glibc", "FoundationEssentials", "Dispatch", "Synchronization"]

    @Test func thePackageDeclaresTheArrows() throws {
        let manifest = try #require(SourceTree.shared.file("Package.swift"))
        let declared = Self.targets(in: manifest.text)
        for name in Set(declared.keys).union(Self.arrows.keys).sorted() {
            #expect(declared[name] == Self.arrows[name], "the arrows of \(name)")
        }
    }

    @Test func modulesImportAlongTheArrows() {
        for file in SourceTree.shared.swift where !file.isUnder("Tests") && file.path != "Package.swift" {
            let module = Self.module(of: file)
            let allowed = (Self.arrows[module] ?? []).union(Self.pure.contains(module) ? [] : Self.toolchain)
            for found in Import.all(in: file.tokens) where !allowed.contains(found.module) {
                Issue.record("\(file.path):\(found.line): \(module) may not import \(found.module)")
            }
        }
    }

    @Test func pureModulesTouchNothingOutside() {
        let forbidden: Set<String> = [
            "print", "debugPrint", "dump", "readLine", "FileHandle", "ContinuousClock", "SuspendingClock",
            "SystemRandomNumberGenerator", "Task", "CommandLine",
        ]
        for file in SourceTree.shared.swift where Self.pure.contains(Self.module(of: file)) {
            for token in file.tokens where forbidden.contains(token.text) {
                Issue.record("\(file.path):\(token.line): \(token.text) is no part of a pure module")
            }
        }
    }

    @Test func onlyTestsAndTheSimulatorLinkTheSimulation() {
        for file in SourceTree.shared.swift where !file.isUnder("Tests", "Simulators/plumbline-sim") {
            for found in Import.all(in: file.tokens) where found.module == "Simulation" {
                Issue.record("\(file.path):\(found.line): imports Simulation")
            }
        }
        for (module, imports) in Self.arrows where imports.contains("Simulation") {
            #expect(module == "plumbline-sim")
        }
    }

    // MARK: Finders

    /// The rows of the table whose heading is `module | imports`; "all above" stands for the rows before.
    static func table(_ page: String) -> [String: Set<String>] {
        let rows = page.split(separator: "\n", omittingEmptySubsequences: false).drop {
            $0 != "| module | imports |"
        }.dropFirst(2)
        return rows.prefix { $0.hasPrefix("|") }.reduce(into: [:]) { table, row in
            let cells = row.split(separator: "|").map {
                $0.split { !($0.isLetter || $0.isNumber || "-_".contains($0)) }
            }
            guard cells.count >= 2, let name = cells[0].first else { return }
            let above = cells[1].starts(with: ["all", "above"])
            table[String(name)] = Set(cells[1].dropFirst(above ? 2 : 0).map(String.init))
                .union(above ? Set(table.keys) : [])
        }
    }

    /// The module that a file outside `Tests` belongs to: its second folder.
    static func module(of file: SourceFile) -> String {
        String(file.path.split(separator: "/").dropFirst().first ?? "")
    }

    /// The targets that a manifest's calls of `module`, `target` and `executableTarget` declare.
    static func targets(in manifest: String) -> [String: Set<String>] {
        var targets: [String: Set<String>] = [:]
        for call in ["module(", ".target(", ".executableTarget("] {
            for rest in manifest.components(after: call) {
                let body = rest.untilClosed
                let head = ["path:", "resources:", "exclude:", "swiftSettings:"]
                    .compactMap { body.components(after: $0).first }
                    .reduce(body) { $0.count < body.count - $1.count ? $0 : body.dropLast($1.count) }
                guard let name = head.quoted.first else { continue }
                targets[String(name)] = Set(head.quoted.dropFirst().map(String.init))
            }
        }
        return targets
    }

    @Test func theTableOfArrowsIsRead() {
        let page =
            "x\n| module | imports |\n|---|---|\n| A | – |\n| `B-c` | A, CD |\n"
            + "| E | all above, F |\n\n| G | H |"
        #expect(Self.table(page) == ["A": [], "B-c": ["A", "CD"], "E": ["A", "B-c", "F"]])
        #expect(Self.arrows.count > Self.aside.count + Self.pure.count)
    }

    @Test func targetsAreFound() {
        let manifest = """
            func module(_ name: String, _ others: [String] = []) -> Target { .target(name: name) }
            module("A"), module("B", ["A", "C"]), module("D", ["A"], resources: [.copy("E")]),
            .target(name: "F", dependencies: ["A"], path: "G/F"),
            """
        #expect(Self.targets(in: manifest) == ["A": [], "B": ["A", "C"], "D": ["A"], "F": ["A"]])
    }
}

extension StringProtocol {
    /// What follows each place where `mark` stands.
    fileprivate func components(after mark: String) -> [Substring] {
        indices.compactMap {
            self[$0...].hasPrefix(mark) ? Substring(self[$0...].dropFirst(mark.count)) : nil
        }
    }

    /// The beginning up to the parenthesis that closes one opened before it.
    fileprivate var untilClosed: Substring {
        var depth = 1
        return Substring(
            prefix { character in
                if character == "(" { depth += 1 }
                if character == ")" { depth -= 1 }
                return depth > 0
            })
    }

    /// The texts between quotes.
    fileprivate var quoted: [SubSequence] {
        split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .filter { !$0.offset.isMultiple(of: 2) }.map(\.element)
    }
}
