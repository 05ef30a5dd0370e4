internal import CZint

/// A barcode as its dark rectangles, in widths of its narrowest element; without quiet zone and text.
struct BarcodeSymbol: Sendable, Equatable {
    /// How a text is written as a symbol.
    enum Kind: String, Sendable, CaseIterable {
        /// Bars, for every scanner (ISO/IEC 15417).
        case code128
        /// Squares, for imagers such as part marks need (ISO/IEC 16022).
        case dataMatrix = "datamatrix"
        /// Squares that telephones read too (ISO/IEC 18004).
        case qr
    }

    struct Bar: Sendable, Equatable {
        let x, y, width, height: Double
    }

    let bars: [Bar]
    let width: Double
    let height: Double

    /// Rectangles that a symbol may have: a QR code of 60 characters has some 600.
    private static let mostBars = 20_000

    /// The symbol of `text`; bars are `barHeight` widths high.
    ///
    /// Throws `GatewayError` where the text cannot be written in a symbol of this kind.
    init(_ kind: Kind, _ text: String, barHeight: Float = 50) throws(GatewayError) {
        guard let symbol = ZBarcode_Create() else {
            throw GatewayError(.software, "libzint could not make a symbol")
        }
        defer { ZBarcode_Delete(symbol) }
        symbol.pointee.symbology =
            switch kind {
            case .code128: BARCODE_CODE128
            case .dataMatrix: BARCODE_DATAMATRIX
            case .qr: BARCODE_QRCODE
            }
        symbol.pointee.show_hrt = 0
        symbol.pointee.height = barHeight
        if kind == .dataMatrix { symbol.pointee.option_3 = DM_SQUARE }
        let bytes = Array(text.utf8)
        let code = ZBarcode_Encode_and_Buffer_Vector(symbol, bytes, Int32(clamping: bytes.count), 0)
        guard code < ZINT_ERROR, let vector = symbol.pointee.vector else {
            throw GatewayError(.software, "libzint could not write \(bytes.count) bytes as \(kind.rawValue)")
        }
        // The narrowest element is two units wide at libzint's scale of 1.
        let unit = 2.0
        var (found, next): ([Bar], _) = ([], vector.pointee.rectangles)
        while let bar = next, found.count < Self.mostBars {
            found.append(
                Bar(
                    x: Double(bar.pointee.x) / unit, y: Double(bar.pointee.y) / unit,
                    width: Double(bar.pointee.width) / unit, height: Double(bar.pointee.height) / unit))
            next = bar.pointee.next
        }
        bars = found
        width = Double(vector.pointee.width) / unit
        height = Double(vector.pointee.height) / unit
    }
}
