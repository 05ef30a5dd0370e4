import Glibc
import Judging
import Testing

/// Real symbols, printed by `zint` and read from the picture by `dmtxread` or `zbarimg`: programs that know
/// nothing of our parser.
enum SymbolJudge {
    /// A symbology, by its number at zint (`zint --types`).
    enum Symbology: Int, CaseIterable, Sendable {
        case code39 = 8
        case code128 = 20
        case gs1Code128 = 16
        case qr = 58
        case dataMatrix = 71

        /// Who reads it: zbar has no Data Matrix, dmtx nothing else.
        fileprivate func reader(_ picture: String) -> String {
            switch self {
            // FNC1 is sent as GS where the symbol is GS1's.
            case .dataMatrix: "dmtxread --stop-after=1 --milliseconds=20000 --gs1=29 '\(picture)'"
            default: "zbarimg --nodbus --quiet --raw --oneshot -Sbinary '\(picture)'"
            }
        }
    }

    /// What a reader makes of the picture of `bytes`.
    ///
    /// - Parameter gs1: whether FNC1 goes first; `bytes` then hold element strings in brackets.
    static func throughPicture(_ bytes: [UInt8], _ symbology: Symbology, gs1: Bool = false) throws -> [UInt8]
    {
        let folder = try ScratchFolder("mark")
        defer { withExtendedLifetime(folder) {} }
        let (text, picture) = ("\(folder.path)/mark", "\(folder.path)/mark.png")
        let file = try #require(fopen(text, "w"))
        #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
        fclose(file)
        // A quiet zone all around: without one a symbol cannot be found.
        let options = "--scale=3 --whitesp=10 --vwhitesp=10" + (gs1 ? " --gs1" : "")
        let printed = try run(
            "zint --barcode=\(symbology.rawValue) \(options) -o '\(picture)' -i '\(text)' 2>&1")
        try #require(
            access(picture, R_OK) == 0,
            "zint (Scripts/bootstrap): \(String(decoding: printed, as: UTF8.self))")
        return try run(symbology.reader(picture) + " 2>/dev/null")
    }

    /// Whether zint takes GS1 element strings in brackets without complaint: it checks their check digits.
    static func isSound(_ bracketed: String) throws -> Bool {
        let said = try run("zint --barcode=71 --gs1 --direct --filetype=txt -d '\(bracketed)' 2>&1")
        return !String(decoding: said, as: UTF8.self).contains("Bad checksum")
    }

    private static func run(_ command: String) throws -> [UInt8] {
        let pipe = try #require(popen(command, "r"))
        defer { pclose(pipe) }
        var output: [UInt8] = []
        while case let byte = fgetc(pipe), byte != EOF { output.append(UInt8(byte)) }
        return output
    }
}
