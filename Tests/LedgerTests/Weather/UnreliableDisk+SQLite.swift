import CSQLite
import Glibc

/// One file that SQLite has open; the real file's own record follows it in memory.
private struct OpenFile {
    var base: sqlite3_file
    let disk: Unmanaged<UnreliableDisk>
    let path: Unmanaged<FilePath>

    /// Bytes up to the real file's record, which wants to lie at a multiple of 16.
    static let size = (MemoryLayout<OpenFile>.stride + 15) / 16 * 16
}

private final class FilePath {
    let text: String

    init(_ text: String) { self.text = text }
}

/// Makes a disk known to SQLite under a name of its own, until it goes.
final class RegisteredDisk {
    let disk: UnreliableDisk
    let name: String
    private let layer: UnsafeMutablePointer<sqlite3_vfs>
    private let spelled: UnsafeMutablePointer<CChar>?

    /// Nil where SQLite has no file layer of its own, which would be strange.
    init?(_ disk: UnreliableDisk) {
        guard let real = sqlite3_vfs_find(nil) else { return nil }
        self.disk = disk
        name = "unreliable-\(UInt(bitPattern: ObjectIdentifier(disk).hashValue))"
        spelled = strdup(name)
        layer = .allocate(capacity: 1)
        var copy = real.pointee
        copy.pNext = nil
        copy.zName = UnsafePointer(spelled)
        copy.szOsFile = Int32(OpenFile.size) + real.pointee.szOsFile
        copy.pAppData = Unmanaged.passUnretained(disk).toOpaque()
        copy.xOpen = Calls.open
        copy.xDelete = Calls.delete
        copy.xAccess = Calls.access
        layer.initialize(to: copy)
        sqlite3_vfs_register(layer, 0)
    }

    deinit {
        sqlite3_vfs_unregister(layer)
        layer.deallocate()
        free(spelled)
    }
}

/// What SQLite calls.
private enum Calls {
    typealias File = UnsafeMutablePointer<sqlite3_file>

    static func disk(_ layer: UnsafeMutablePointer<sqlite3_vfs>?) -> UnreliableDisk? {
        layer?.pointee.pAppData.map { Unmanaged<UnreliableDisk>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Does `body` with the real file, where the disk lets it.
    static func pass(
        _ file: File?, _ operation: DiskOperation, _ change: UnsyncedFile.Change? = nil,
        short: (File, UnsafePointer<sqlite3_io_methods>) -> Void = { _, _ in },
        _ body: (File, UnsafePointer<sqlite3_io_methods>) -> Int32?
    ) -> Int32 {
        guard let file else { return SQLITE_MISUSE }
        let open = UnsafeMutableRawPointer(file).assumingMemoryBound(to: OpenFile.self).pointee
        let (disk, path) = (open.disk.takeUnretainedValue(), open.path.takeUnretainedValue().text)
        guard let (real, methods) = real(file) else { return SQLITE_MISUSE }
        switch disk.verdict(operation, path, change) {
        case .proceed: return body(real, methods) ?? SQLITE_MISUSE
        case .fail: return disk.code(operation)
        case .cutShort:
            short(real, methods)
            return disk.code(operation)
        }
    }

    /// The real file and what it can do.
    static func real(_ file: File?) -> (File, UnsafePointer<sqlite3_io_methods>)? {
        guard let file else { return nil }
        let real = (UnsafeMutableRawPointer(file) + OpenFile.size).assumingMemoryBound(to: sqlite3_file.self)
        return real.pointee.pMethods.map { (real, $0) }
    }

    static let open:
        @convention(c) (
            UnsafeMutablePointer<sqlite3_vfs>?, UnsafePointer<CChar>?, File?, Int32,
            UnsafeMutablePointer<Int32>?
        ) -> Int32 = { layer, name, file, flags, outFlags in
            guard let disk = disk(layer), let file, let layer = sqlite3_vfs_find(nil) else {
                return SQLITE_MISUSE
            }
            file.pointee.pMethods = nil
            let path = name.map { String(cString: $0) } ?? ""
            guard case .proceed = disk.verdict(.open, path) else { return disk.code(.open) }
            let real = (UnsafeMutableRawPointer(file) + OpenFile.size)
                .assumingMemoryBound(to: sqlite3_file.self)
            let status = layer.pointee.xOpen?(layer, name, real, flags, outFlags) ?? SQLITE_MISUSE
            guard status == SQLITE_OK else { return status }
            disk.opened(path)
            let open = OpenFile(
                base: sqlite3_file(pMethods: UnsafePointer(methods)), disk: .passUnretained(disk),
                path: .passRetained(FilePath(path)))
            UnsafeMutableRawPointer(file).initializeMemory(as: OpenFile.self, to: open)
            return SQLITE_OK
        }

    static let delete:
        @convention(c) (UnsafeMutablePointer<sqlite3_vfs>?, UnsafePointer<CChar>?, Int32) -> Int32 = {
            layer, name, syncsFolder in
            guard let disk = disk(layer), let name, let layer = sqlite3_vfs_find(nil) else {
                return SQLITE_MISUSE
            }
            guard case .proceed = disk.verdict(.delete, String(cString: name)) else {
                return disk.code(.delete)
            }
            if syncsFolder != 0 { disk.syncFolder() }
            return layer.pointee.xDelete?(layer, name, 0) ?? SQLITE_MISUSE
        }

    static let access:
        @convention(c) (
            UnsafeMutablePointer<sqlite3_vfs>?, UnsafePointer<CChar>?, Int32, UnsafeMutablePointer<Int32>?
        ) -> Int32 = { layer, name, flags, out in
            guard let disk = disk(layer), let name, let layer = sqlite3_vfs_find(nil) else {
                return SQLITE_MISUSE
            }
            guard case .proceed = disk.verdict(.access, String(cString: name)) else {
                return disk.code(.access)
            }
            return layer.pointee.xAccess?(layer, name, flags, out) ?? SQLITE_MISUSE
        }

    // Safety: filled in once and only read; SQLite keeps the address as long as a file is open.
    nonisolated(unsafe) static let methods: UnsafeMutablePointer<sqlite3_io_methods> = {
        let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        var table = sqlite3_io_methods()
        // Version 2: shared memory for the write-ahead log, no mapping of the file itself.
        table.iVersion = 2
        fillFileCalls(&table)
        fillOtherCalls(&table)
        methods.initialize(to: table)
        return methods
    }()

    private static func fillFileCalls(_ table: inout sqlite3_io_methods) {
        table.xClose = { file in
            guard let file, let (real, methods) = Calls.real(file) else { return SQLITE_OK }
            UnsafeMutableRawPointer(file).assumingMemoryBound(to: OpenFile.self).pointee.path.release()
            return methods.pointee.xClose?(real) ?? SQLITE_OK
        }
        table.xRead = { file, buffer, count, place in
            Calls.pass(file, .read) { $1.pointee.xRead?($0, buffer, count, place) }
        }
        table.xWrite = { file, buffer, count, place in
            let bytes = Array(UnsafeRawBufferPointer(start: buffer, count: Int(count)))
            return Calls.pass(
                file, .write, .write(at: Int(place), bytes),
                short: { _ = $1.pointee.xWrite?($0, buffer, count / 2, place) },
                { $1.pointee.xWrite?($0, buffer, count, place) })
        }
        table.xTruncate = { file, size in
            Calls.pass(file, .truncate, .truncate(Int(size))) { $1.pointee.xTruncate?($0, size) }
        }
        table.xSync = { file, _ in Calls.pass(file, .sync) { _, _ in SQLITE_OK } }
        table.xFileSize = { file, size in
            Calls.pass(file, .size) { $1.pointee.xFileSize?($0, size) }
        }
    }

    private static func fillOtherCalls(_ table: inout sqlite3_io_methods) {
        table.xLock = { file, level in Calls.pass(file, .lock) { $1.pointee.xLock?($0, level) } }
        table.xUnlock = { file, level in
            Calls.real(file).flatMap { $0.1.pointee.xUnlock?($0.0, level) } ?? SQLITE_OK
        }
        table.xCheckReservedLock = { file, out in
            Calls.pass(file, .lock) { $1.pointee.xCheckReservedLock?($0, out) }
        }
        table.xFileControl = { file, number, argument in
            Calls.real(file).flatMap { $0.1.pointee.xFileControl?($0.0, number, argument) } ?? SQLITE_NOTFOUND
        }
        table.xSectorSize = { file in
            Calls.real(file).flatMap { $0.1.pointee.xSectorSize?($0.0) } ?? 512
        }
        table.xDeviceCharacteristics = { file in
            Calls.real(file).flatMap { $0.1.pointee.xDeviceCharacteristics?($0.0) } ?? 0
        }
        table.xShmMap = { file, page, size, extends, out in
            Calls.pass(file, .map) { $1.pointee.xShmMap?($0, page, size, extends, out) }
        }
        table.xShmLock = { file, offset, count, flags in
            Calls.real(file).flatMap { $0.1.pointee.xShmLock?($0.0, offset, count, flags) } ?? SQLITE_OK
        }
        table.xShmBarrier = { file in
            if let (real, methods) = Calls.real(file) { methods.pointee.xShmBarrier?(real) }
        }
        table.xShmUnmap = { file, deletes in
            Calls.real(file).flatMap { $0.1.pointee.xShmUnmap?($0.0, deletes) } ?? SQLITE_OK
        }
    }
}
