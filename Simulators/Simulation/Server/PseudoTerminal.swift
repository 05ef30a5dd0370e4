internal import Glibc

/// A pty whose near end the simulator holds, found by others through a symbolic link at a stable path.
final class PseudoTerminal {
    /// The near end; whoever uses it closes it.
    let descriptor: Int32
    let link: String
    /// `/dev/pts/N`
    let target: String
    /// The far end, kept open: the line stays up while no client has it open.
    private let farEnd: Int32

    /// Throws `SimulationError` where there is no pty to be had, or something else stands at `link`.
    init(link: String) throws(SimulationError) {
        var (near, far) = (Int32(-1), Int32(-1))
        var name = [CChar](repeating: 0, count: 128)
        var settings = termios()
        cfmakeraw(&settings)
        settings.c_cflag |= tcflag_t(CREAD | CLOCAL | CS8)
        guard openpty(&near, &far, &name, &settings, nil) == 0 else {
            throw SystemCall.failed("openpty", link)
        }
        let target = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        do throws(SimulationError) {
            try Self.place(link, pointingTo: target)
        } catch {
            close(near)
            close(far)
            throw error
        }
        _ = fcntl(far, F_SETFD, FD_CLOEXEC)
        (self.descriptor, self.farEnd) = (near, far)
        (self.link, self.target) = (link, target)
    }

    /// The link goes too, unless somebody has pointed it elsewhere meanwhile.
    deinit {
        close(farEnd)
        if Self.destination(of: link) == target { unlink(link) }
    }

    /// Most folders that are made above a link.
    private static let deepestPath = 16

    private static func place(_ link: String, pointingTo target: String) throws(SimulationError) {
        let folders = link.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        guard folders.count <= deepestPath else {
            throw SimulationError(.resource, link, "the path is too deep; choose one nearer")
        }
        for count in folders.indices where !folders[...count].joined(separator: "/").isEmpty {
            let folder = folders[...count].joined(separator: "/")
            guard mkdir(folder, 0o755) == 0 || errno == EEXIST else {
                throw SystemCall.failed("mkdir", folder)
            }
        }
        if let old = destination(of: link), old.hasPrefix("/dev/pts/") { unlink(link) }
        guard symlink(target, link) == 0 else {
            throw SimulationError(
                .resource, link,
                errno == EEXIST
                    ? "something that is no link to a pty stands there; remove it or choose another path"
                    : "symlink: \(String(cString: strerror(errno)))")
        }
    }

    private static func destination(of link: String) -> String? {
        var name = [CChar](repeating: 0, count: 256)
        let size = readlink(link, &name, name.count)
        guard size > 0 else { return nil }
        return String(decoding: name.prefix(size).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
