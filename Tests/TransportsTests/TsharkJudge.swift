import Glibc
import Testing

/// Wireshark's own reader as a judge of captures.
enum TsharkJudge {
    /// A row a packet of what tshark reads in `capture`, which is a whole pcapng file.
    static func rows(_ capture: [UInt8], _ fields: [String]) throws -> [[String]] {
        let named = fields.map { "-e \($0)" }.joined(separator: " ")
        // Only stdout is looked at: as root tshark warns on the other.
        let text = try run(capture, "tshark -r %s -o mbrtu.crc_verification:TRUE -T fields \(named) 2>&-")
        return text.split(separator: "\n").map { line in
            line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }

    /// What capinfos says of the file.
    static func about(_ capture: [UInt8]) throws -> String { try run(capture, "capinfos %s 2>&-") }

    private static func run(_ capture: [UInt8], _ command: String) throws -> String {
        var template = Array("/tmp/plumbline-capture-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(path) }
        #expect(write(descriptor, capture, capture.count) == capture.count)
        close(descriptor)
        let parts = command.split(separator: "%s", maxSplits: 1)
        let pipe = try #require(popen("\(parts[0])\(path)\(parts[1])", "r"))
        var output: [UInt8] = []
        while case let byte = fgetc(pipe), byte != EOF { output.append(UInt8(byte)) }
        try #require(pclose(pipe) == 0, "tshark is among the packages that Scripts/bootstrap installs")
        return String(decoding: output, as: UTF8.self)
    }
}
