internal import CUMockdev
internal import Glibc

/// Who holds the interfaces of the mock scanner: a program, the kernel's driver, or nobody.
struct MockInterfaces {
    private enum Holder: Equatable {
        case nobody
        case driver
        case program(UnsafeMutablePointer<UMockdevIoctlClient>)
        /// A program that is not there to be asked.
        case stranger
    }

    private let driver: String?
    /// The interface that another program holds; nil for none.
    private let busy: Int?
    private var holders: [Holder] = []

    init(driver: String?, busy: Int?) { (self.driver, self.busy) = (driver, busy) }

    /// `0 free, 1 usbhid, 2 claimed, 3 busy`
    var description: String {
        holders.enumerated().map { number, holder in
            switch holder {
            case .nobody: "\(number) free"
            case .driver: "\(number) \(driver ?? "")"
            case .program: "\(number) claimed"
            case .stranger: "\(number) busy"
            }
        }.joined(separator: ", ")
    }

    /// The device was plugged in: the kernel's driver, where there is one, takes every interface.
    mutating func reset(count: Int) {
        holders = (0..<count).map { $0 == busy ? .stranger : driver == nil ? .nobody : .driver }
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
