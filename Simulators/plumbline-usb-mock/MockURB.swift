internal import CUMockdev
internal import Glibc

/// A transfer that the host has submitted (`struct usbdevfs_urb` of linux/usbdevice_fs.h, 64-bit).
final class MockURB {
    private enum Offset {
        static let type = 0
        static let endpoint = 1
        static let status = 4
        static let buffer = 16
        static let bufferLength = 24
        static let actualLength = 28
        static let end = 32
    }

    /// USBDEVFS_URB_TYPE_CONTROL.
    private static let controlType: UInt8 = 2
    /// A control transfer's buffer begins with its setup packet (USB 2.0, section 9.3).
    private static let setupLength = 8
    /// Longest transfer that is taken; usbfs itself stops at 16 MB.
    private static let longest = 65_536

    let data: UnsafeMutablePointer<UMockdevIoctlData>
    /// Whose transfer it is.
    let client: UnsafeMutablePointer<UMockdevIoctlClient>
    private let buffer: UnsafeMutablePointer<UMockdevIoctlData>
    private let length: Int

    /// Takes over the reference to `data`; nil for a transfer without a sound buffer.
    init?(
        _ data: UnsafeMutablePointer<UMockdevIoctlData>, of client: UnsafeMutablePointer<UMockdevIoctlClient>
    ) {
        let count = Int(data.pointee.data_len)
        guard count >= Offset.end, let bytes = data.pointee.data else { return nil }
        let length = Int(UnsafeRawPointer(bytes).load(fromByteOffset: Offset.bufferLength, as: Int32.self))
        guard (1...Self.longest).contains(length),
            let buffer = umockdev_ioctl_data_resolve(data, gsize(Offset.buffer), gsize(length), nil)
        else { return nil }
        (self.data, self.client) = (data, client)
        (self.buffer, self.length) = (buffer, length)
    }

    deinit {
        umockdev_ioctl_data_unref(buffer)
        umockdev_ioctl_data_unref(data)
    }

    /// The address by which the host takes the transfer back.
    var address: UInt { UInt(data.pointee.client_addr) }

    var endpoint: UInt8 { byte(Offset.endpoint) }

    /// The setup packet; nil where this is no control transfer.
    var setup: [UInt8]? {
        guard byte(Offset.type) == Self.controlType, length >= Self.setupLength else { return nil }
        return (0..<Self.setupLength).map { buffer.pointee.data[$0] }
    }

    /// What the host sends: in a control transfer, behind the setup packet.
    var sent: [UInt8] {
        let start = setup == nil ? 0 : Self.setupLength
        return (start..<max(start, length)).map { buffer.pointee.data[$0] }
    }

    private func byte(_ offset: Int) -> UInt8 { data.pointee.data[offset] }

    /// Fills in what the device answered, as far as the host has room for it.
    func complete(status: Int32, _ bytes: [UInt8]) {
        let start = setup == nil ? 0 : Self.setupLength
        var sent = Array(bytes.prefix(length - start))
        if !sent.isEmpty { umockdev_ioctl_data_update(buffer, gsize(start), &sent, gint(sent.count)) }
        update(Offset.status, status)
        update(Offset.actualLength, Int32(sent.count))
    }

    /// Says that the device took `count` of the bytes that the host sends.
    func complete(taken count: Int) {
        update(Offset.status, 0)
        update(Offset.actualLength, Int32(clamping: count))
    }

    private func update(_ offset: Int, _ value: Int32) {
        var bytes = withUnsafeBytes(of: value) { Array($0) }
        umockdev_ioctl_data_update(data, gsize(offset), &bytes, gint(bytes.count))
    }
}
