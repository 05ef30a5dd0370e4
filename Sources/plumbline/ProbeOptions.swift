import Profiles
import Transports

/// What `plumbline probe` was asked to look at.
struct ProbeOptions {
    /// Most bits that one request carries, which is also the most that one listing shows.
    private static let mostListed = 2_000
    private static let timeouts = 10...60_000

    let link: String
    let address: LinkAddress
    let table: RegisterTable
    /// Zero-based addresses that were named; nil where none were.
    let addresses: Range<Int>?
    let expected: [ExpectedReading]
    let timeout: Duration
    /// Silence between two requests of a scan.
    let pause: Duration
    /// Whether a scan looks at this table only.
    let isTableNamed: Bool
    /// Addresses that are never read.
    let excluded: RangeSet<Int>
    let isThorough: Bool
    /// Requests of a scan for each table.
    let mostRequests: Int
    /// Units that are asked who is there; nil where the link's unit alone counts.
    let units: ClosedRange<Int>?

    init(_ arguments: Arguments) throws {
        let operands = arguments.words.dropFirst()
        guard let link = operands.first, operands.count <= 3 else {
            throw UsageError(message: "name one link, and perhaps an address and a count")
        }
        self.link = link
        address = try Self.linkAddress(link)
        let place = try Self.place(arguments, operand: operands.dropFirst().first)
        table = place.table
        let written = arguments.values["--count"] ?? operands.dropFirst(2).first
        let expects = arguments.repeated["--expect"] ?? []
        expected = try expects.map(Self.expected)
        if let start = place.address {
            let count = try written.map { try Self.number($0, "--count", 1...Self.mostListed) }
            addresses = start..<min(65_536, start + (count ?? (expects.isEmpty ? 10 : 1)))
        } else if let written {
            addresses = 0..<(try Self.number(written, "--count", 1...Self.mostListed))
        } else {
            addresses = nil
        }
        let values = arguments.values
        timeout = .milliseconds(try Self.number(values["--timeout"] ?? "1000", "--timeout", Self.timeouts))
        pause = .milliseconds(try Self.number(values["--pause"] ?? "10", "--pause", 0...10_000))
        isTableNamed = values["--table"] != nil || values["--ref"] != nil
        excluded = try Self.ranges(arguments.repeated["--exclude"] ?? [])
        isThorough = arguments.flags.contains("--thorough")
        mostRequests = try Self.number(values["--requests"] ?? "3000", "--requests", 1...200_000)
        units = try values["--units"].map { try Self.range($0, "--units", 0...255) }
    }

    private static func ranges(_ texts: [String]) throws(UsageError) -> RangeSet<Int> {
        var ranges = RangeSet<Int>()
        for text in texts {
            let range = try range(text, "--exclude", 0...65_535)
            ranges.insert(contentsOf: range.lowerBound..<range.upperBound + 1)
        }
        return ranges
    }

    /// `1-10`, `0x100-0x11F` or a single number; both ends belong to it.
    private static func range(
        _ text: String, _ what: String, _ bounds: ClosedRange<Int>
    ) throws(UsageError) -> ClosedRange<Int> {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard let first = ends.first, let last = ends.last, ends.count <= 2 else {
            throw UsageError(message: "\(what) is one range, such as 1-10, not \(text)")
        }
        let low = try number(String(first), what, bounds)
        let high = try number(String(last), what, bounds)
        guard low <= high else {
            throw UsageError(message: "\(what): write the lower end first, not \(text)")
        }
        return low...high
    }

    private static func linkAddress(_ link: String) throws(UsageError) -> LinkAddress {
        let address: LinkAddress
        do throws(TransportError) {
            address = try LinkAddress(link)
        } catch {
            throw UsageError(message: "\(error)")
        }
        guard address.unit != nil else {
            throw UsageError(message: "\(link) is no Modbus link: write modbus+tcp://HOST:PORT?unit=N")
        }
        return address
    }

    private static func place(
        _ arguments: Arguments, operand: String?
    ) throws(UsageError) -> (table: RegisterTable, address: Int?) {
        let name = arguments.values["--table"] ?? "holding"
        guard let table = RegisterTable(rawValue: name) else {
            let names = RegisterTable.allCases.map(\.rawValue)
            throw UsageError(
                message: "there is no table \(name): \(NearestName.remedy(for: name, among: names))")
        }
        if let ref = arguments.values["--ref"] {
            guard operand == nil, arguments.values["--address"] == nil, arguments.values["--table"] == nil
            else {
                throw UsageError(message: "--ref names table and address: leave out the others")
            }
            guard let number = Int(ref), let named = AddressText.register(reference: number) else {
                throw UsageError(message: "--ref is 1…, 10001…, 30001… or 40001…, not \(ref)")
            }
            return named
        }
        guard let text = arguments.values["--address"] ?? operand else { return (table, nil) }
        return (table, try number(text, "the address", 0...65_535))
    }

    private static func expected(_ text: String) throws(UsageError) -> ExpectedReading {
        guard let expected = ExpectedReading(text) else {
            throw UsageError(
                message: "--expect is a number or at most \(ExpectedReading.mostCharacters) ASCII characters")
        }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        if parts.count == 2, parts.allSatisfy({ $0.allSatisfy(\.isNumber) && !$0.isEmpty }) {
            throw UsageError(message: "--expect \(text): write the number with a point, without other marks")
        }
        return expected
    }

    /// A whole number within `range`, decimal or hexadecimal with `0x`.
    static func number(
        _ text: String, _ what: String, _ range: ClosedRange<Int>
    ) throws(UsageError) -> Int {
        let digits = text.hasPrefix("0x") || text.hasPrefix("0X") ? text.dropFirst(2) : text[...]
        let isHex = digits.count < text.count
        guard digits.first?.isHexDigit == true, let number = Int(digits, radix: isHex ? 16 : 10),
            range.contains(number)
        else {
            throw UsageError(
                message: "\(what) is a whole number of \(range.lowerBound) to \(range.upperBound), such as "
                    + "16640 or 0x4100, not \(text)")
        }
        return number
    }
}
