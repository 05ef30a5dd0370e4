/// What the ledger says of the parts that a mark may stand for.
package struct PartDecisions: Sendable {
    /// Records and dispositions, in order.
    package let entries: [Entry]
    /// Whether these are all that count; false where there are more than were asked for.
    package let isWhole: Bool
}

extension LedgerReader {
    /// What was decided about parts with the serial number `serial`, and with every serial number that was
    /// recorded with `uii`: for each part number and UII among them the newest record, and the last
    /// disposition with the record that it is of.
    ///
    /// However many records came later, none hides a disposition or another part number. At most `limit`
    /// entries, the newest: more are made only where marks with one serial differ without end.
    package func decisions(
        serial: String, uii: String?, limit: Int = 1_000
    ) throws(LedgerError) -> PartDecisions {
        let columns = "e.seq, e.kind, e.id, e.body, e.leaf_hash"
        let sql = """
            WITH named(serial) AS (SELECT ?1 UNION SELECT serial FROM inspection WHERE uii = ?2),
            newest(seq) AS (
                SELECT max(i.seq) FROM named n CROSS JOIN inspection i ON i.serial = n.serial
                GROUP BY i.serial, i.part_number, i.uii),
            decided(seq, record) AS (
                SELECT max(d.seq), i.seq FROM named n
                CROSS JOIN part p ON p.serial = n.serial AND p.is_disposition = 1
                CROSS JOIN entry d ON d.seq = p.seq CROSS JOIN entry r ON r.id = d.body ->> '$.record'
                CROSS JOIN inspection i ON i.seq = r.seq
                GROUP BY i.serial, i.part_number, i.uii)
            SELECT \(columns) FROM entry e WHERE e.seq IN (
                SELECT seq FROM newest UNION SELECT seq FROM decided UNION SELECT record FROM decided)
            ORDER BY e.seq DESC LIMIT ?3
            """
        let found = try reading { database throws(LedgerError) in
            try database.rows(
                sql, [.text(serial), .optional(uii), .integer(Int64(limit) + 1)], database.entry)
        }
        return PartDecisions(entries: found.prefix(limit).reversed(), isWhole: found.count <= limit)
    }
}
