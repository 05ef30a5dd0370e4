internal import CUMockdev
internal import Glibc

/// Who holds the interfaces of the mock scanner: a program, the kernel's driver, or nobody.
struct MockInterfaces {
    private enum Holder: Equatable {
        case nobody
        case driver
        case program(UnsafeMutablePointer<UMockdevIoctlClient>)
    }

    private let driver: String?
    private var holders: [Holder] = []

    init(driver: String?) { self.driver = driver }

    /// `0 free, 1 usbhid, 2 claimed`
    var description: String {
        holders.enumerated().map { number, holder in
            switch holder {
            case .nobody: "\(number) free"
            case .driver: "\(number) \(driver ?? "")"
            case .program: "\(number) claimed"
            }
        }.joined(separator: ", ")
    }

    /// The device was plugged in: the kernel's driver, where there is one, takes every interface.
    mutating func reset(count: Int) {
        holders = Array(repeating: driver == nil ? .nobody : .driver, count: count)
    }

    /// What usbfs answers to `call` for an interface: an error number, 0 for none.
    mutating func answer(
        _ call: MockRequest.Call, _ number: Int, _ client: UnsafeMutablePointer<UMockdevIoctlClient>
    ) -> Int32 {
        guard holders.indices.contains(number) else { return EINVAL }
        switch (call, holders[number]) {
        case (.getDriver, .nobody): return ENODATA
        case (.getDriver, _): return 0
        case (.claim, .nobody), (.disconnectClaim, .nobody), (.disconnectClaim, .driver):
            holders[number] = .program(client)
            return 0
        case (.claim, let holder), (.disconnectClaim, let holder):
            return holder == .program(client) ? 0 : EBUSY
        case (.release, .program(client)):
            holders[number] = .nobody
            return 0
        case (.release, _): return EINVAL
        case (.interfaceCall, .nobody) where driver != nil:
            holders[number] = .driver
            return 0
        case (.interfaceCall, _): return ENODATA
        default: return EINVAL
        }
    }

    mutating func releaseAll(of client: UnsafeMutablePointer<UMockdevIoctlClient>) {
        holders = holders.map { $0 == .program(client) ? .nobody : $0 }
    }
}
