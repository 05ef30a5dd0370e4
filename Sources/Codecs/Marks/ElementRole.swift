/// What an element of a mark contributes to the identity of the item that it is marked on.
enum ElementRole: Int, CaseIterable, Sendable {
    /// Who assigned the serial: an enterprise identifier, before which its issuing agency code is put.
    case enterprise
    /// Original part number, part of a UII of construct 2.
    case originalPart
    /// Lot or batch, part of a UII of construct 2 in place of the part number.
    case originalLot
    /// Serial number, unique within the part number, lot or trade item.
    case serial
    /// A serial number unique within the enterprise (construct 1).
    case enterpriseSerial
    /// Enterprise and serial in one value (construct 1); its issuing agency code is put before it.
    case enterpriseAndSerial
    /// A complete UII, issuing agency code included.
    case complete
    /// What is taken in place of a UII: VIN, electronic serial number, asset identifiers of GS1.
    case equivalent
    /// The part number that the item has now.
    case currentPart
    /// The customer's number for the part; counts where the mark has no other.
    case customerPart
    /// GS1's number of the kind of item (GTIN); counts as part number where the mark has no other.
    case tradeItem
    /// A lot for tracing that is no part of the UII.
    case traceLot
}

/// What an identifier means: the role of its element, what its value must look like, and for an enterprise
/// the issuing agency code that MIL-STD-130N derives from it.
struct ElementMeaning: Sendable {
    /// Nil where the element says nothing of the item's identity and only its form is checked.
    let role: ElementRole?
    let rule: ElementRule
    let agency: String

    init(_ role: ElementRole?, _ rule: ElementRule, agency: String = "") {
        (self.role, self.rule, self.agency) = (role, rule, agency)
    }
}
