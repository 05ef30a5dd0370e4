internal import Glibc

/// A new folder beside the programs, on a disk and not in memory; it goes away with this value.
final class BenchFolder: Sendable {
    let path: String

    init() throws { path = try BenchShop.newFolder(in: try ChildProgram.folder()) }

    deinit {
        // What cannot be removed stays beside the programs, where `make clean` finds it.
        if let removal = try? ChildProgram("rm", ["-rf", path], output: "/dev/null") {
            removal.wait(within: 60)
        }
    }
}
