import Codecs

/// The checks of one scanned part, one a finding code.
struct PartChecks {
    let part: PartIdentity
    let table: PartTable?
    let history: PartHistory
    /// Other stations that have such a part in an open cycle.
    let stations: [String]

    /// What the technician is told where the check of this code finds something; nil where it finds nothing.
    func sentence(_ code: PartFinding.Code) -> String? {
        switch code {
        case .openElsewhere: openElsewhere
        case .otherPartNumber: otherPartNumber
        case .serialForm: serialForm
        case .rejectedBefore: rejectedBefore
        case .notIssued: notIssued
        case .onSuspectList: suspect
        case .unlistedMaker: unlistedMaker
        case .reusedUII: reusedUII
        case .historyCut: historyCut
        }
    }

    private var openElsewhere: String? {
        guard !stations.isEmpty else { return nil }
        let places = stations.sorted().joined(separator: " and ")
        return "\(part.serial) is being inspected at \(places) right now. "
            + "Two parts may carry this serial: call quality."
    }

    /// A serial alone may be one of several part numbers; where both marks carry a UII, that decides.
    private var otherPartNumber: String? {
        let other = history.inspected.last { earlier in
            earlier.part.number != part.number && earlier.part.mayBeSame(as: part)
                && !isRenumbered(earlier.part)
        }
        guard let other else { return nil }
        return "\(part.serial) was inspected before as part number \(other.part.number), not \(part.number). "
            + "Call quality."
    }

    /// Whether `earlier` is this item under a former part number: the UII holds the number that it was made
    /// with, and a mark may name another that the part has now.
    private func isRenumbered(_ earlier: PartIdentity) -> Bool {
        guard part.uii != nil, part.uii == earlier.uii, let made = part.originalPartNumber else {
            return false
        }
        return made == earlier.originalPartNumber
    }

    private var serialForm: String? {
        guard let table else { return nil }
        let row = table.row(part.number)
        if row?.hasForm(of: part.serial) == true { return nil }
        let others = table.numbers(ofSerial: part.serial)
        guard row?.serials.isEmpty == false || !others.isEmpty else { return nil }
        let like = others.isEmpty ? "" : " It looks like one of \(others.joined(separator: " and "))."
        return "\(part.serial) is no serial number of \(part.number).\(like) Call quality."
    }

    private var rejectedBefore: String? {
        for list in table?.row(part.number)?.scrapped ?? [] {
            guard let entry = list.serials.entry(of: part.serial) else { continue }
            return "\(part.serial) was taken out of use: \(entry.reason ?? list.reason) (\(list.source)). "
                + "Set it aside and call quality."
        }
        // Of any that it may be: a mark without UII does not tell namesakes apart.
        let ended = history.inspected.lazy.filter { $0.part.isSame(as: part) }.compactMap(\.disposition)
            .last { PartHistory.endings.contains($0) }
        guard let ended else { return nil }
        return "\(part.serial) was taken out of use (\(ended)). Set it aside and call quality."
    }

    private var notIssued: String? {
        guard let issued = table?.row(part.number)?.issued, issued.entry(of: part.serial) == nil else {
            return nil
        }
        return "\(part.serial) is not among the serial numbers issued for \(part.number). Call quality."
    }

    private var historyCut: String? {
        guard !history.isWhole else { return nil }
        return "\(part.serial) is in the ledger with more different marks than can be compared. Call quality."
    }

    private var suspect: String? {
        for list in table?.row(part.number)?.suspects ?? [] {
            guard let entry = list.serials.entry(of: part.serial) else { continue }
            return "\(part.serial) is on a suspect list: \(entry.reason ?? list.reason) (\(list.source)). "
                + "Set it aside and call quality."
        }
        return nil
    }

    private var unlistedMaker: String? {
        guard let makers = table?.row(part.number)?.makers, !makers.isEmpty,
            let named = part.mark?.makers(notAmong: makers), !named.isEmpty
        else { return nil }
        return "The mark names a maker that is not listed for \(part.number): "
            + "\(named.joined(separator: ", ")). Set it aside and call quality."
    }

    /// Two splits of one UII are two items, or one item with a new mark: only a person can tell.
    private var reusedUII: String? {
        guard let uii = part.uii else { return nil }
        let made = part.originalPartNumber
        let other = history.inspected.last { earlier in
            guard earlier.part.uii == uii else { return false }
            let others = earlier.part.originalPartNumber
            return earlier.part.serial != part.serial || (made != nil && others != nil && made != others)
        }
        guard let other else { return nil }
        return "UII \(uii) was inspected before with other marks: serial \(other.part.serial), part number "
            + "\(other.part.originalPartNumber ?? other.part.number). Call quality."
    }
}

extension PartIdentity {
    /// The mark as it was read. A scanned one was parsed before it became a part; one of an older record may
    /// be none by the rules of today, and then says nothing: nil.
    fileprivate var mark: PartMark? { try? PartMark.parse(rawMark, symbology: symbology) }

    fileprivate var originalPartNumber: String? { mark?.originalPartNumber }
}
