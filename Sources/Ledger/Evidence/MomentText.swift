/// A moment as records write theirs: `2026-11-21T09:20:00.123456789Z`.
enum MomentText {
    /// 0 stands for any digit.
    private static let form = Array("0000-00-00T00:00:00.000000000Z".utf8)

    /// Whether `text` has that form, byte by byte; which days a month has is not looked at.
    static func isWellFormed(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        let zero = UInt8(ascii: "0")
        return bytes.count == form.count
            && zip(bytes, form).allSatisfy { $1 == zero ? (zero...zero + 9).contains($0) : $0 == $1 }
    }
}
