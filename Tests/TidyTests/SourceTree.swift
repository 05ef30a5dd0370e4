import FoundationEssentials

/// One file of this repository, by its path from the root.
struct SourceFile: Sendable {
    let path: String
    let text: String
    let lines: [Substring]
    /// Of Swift files; empty for others.
    let tokens: [Token]

    init(path: String, text: String) {
        (self.path, self.text) = (path, text)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        // A closing line feed begins no further line.
        self.lines = text.hasSuffix("\n") ? lines.dropLast() : lines
        tokens = path.hasSuffix(".swift") ? SwiftTokens.of(text) : []
    }

    var name: String { String(path.split(separator: "/").last ?? "") }
    /// Name without any extension: `Type+Aspect` of `Type+Aspect.swift`.
    var stem: String { String(name.prefix { $0 != "." }) }

    func isUnder(_ folders: String...) -> Bool { folders.contains { path.hasPrefix($0 + "/") } }
}

/// The files of this repository as they lie on the disk, without what is built or recorded there.
struct SourceTree: Sendable {
    static let shared = SourceTree(root: repository)

    /// What `.gitignore` names, and git's own folder.
    private static let ignored: Set<String> = [
        ".git", ".build", ".plumbline", ".swiftpm", "dist", "__pycache__",
    ]
    /// This file lies two folders below the root.
    private static let repository = String(
        #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" })

    let files: [SourceFile]
    /// Every Swift file that this project wrote.
    let swift: [SourceFile]

    private init(root: String) {
        var files: [SourceFile] = []
        var folders = [""]
        while let folder = folders.popLast() {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)")) ?? []
            for name in names.sorted() where !Self.ignored.contains(name) {
                let path = folder.isEmpty ? name : "\(folder)/\(name)"
                let kind = try? FileManager.default.attributesOfItem(atPath: "\(root)/\(path)")[.type]
                if kind as? FileAttributeType == .typeDirectory {
                    folders.append(path)
                } else if let bytes = FileManager.default.contents(atPath: "\(root)/\(path)"),
                    let text = String(validating: bytes, as: UTF8.self)
                {
                    files.append(SourceFile(path: path, text: text))
                }
            }
        }
        self.files = files.sorted { $0.path < $1.path }
        swift = self.files.filter { $0.path.hasSuffix(".swift") }
    }

    /// The Swift files of what is shipped: the flow and the simulators.
    var shipped: [SourceFile] { swift.filter { $0.isUnder("Sources", "Simulators") } }

    func file(_ path: String) -> SourceFile? { files.first { $0.path == path } }
}
