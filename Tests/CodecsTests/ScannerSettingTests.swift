import Codecs
import Testing

@Suite struct ScannerSettingTests {
    /// Setting codes as the makers' manuals print them.
    @Test(arguments: [
        ("PAPHHF.", "Honeywell"), ("DEFALT!", "Honeywell"), ("TERMID130.", "Honeywell"),
        ("SUFBK2990D;PREBK2995C80.", "Honeywell"), ("\u{16}M\rPAP124.", "Honeywell"),
        ("$P,Ar", "Datalogic"), ("$CLFSU0D00", "Datalogic"), ("$+$-", "Datalogic"), ("$S", "Datalogic"),
        ("NLS0006010", "Newland"), ("@SETUPE1", "Newland"), ("@FACDEF", "Newland"),
        ("<K200,4><K220,1>", "Microscan"), ("||>SET COM.DMCC-RESPONSE 1", "Cognex"),
        ("@MENU_OPTO@ZZ@C01@ZZ@OTPO_UNEM@", "Opticon"), ("]C0$P,Ar", "Datalogic"),
    ])
    func aSettingCodeIsKnownByItsForm(text: String, maker: String) {
        #expect(ScannerSetting.maker(of: text) == maker)
    }

    @Test(arguments: [UInt8(0x82), 0xB3, 0xF3])
    func aCodeForTheReaderItselfIsKnownByItsFunctionCharacter(first: UInt8) {
        #expect(ScannerSetting.maker(of: [first] + Array("999999".utf8)) == "Code 128 with FNC3")
        #expect(ScannerSetting.maker(of: Array("]C0".utf8) + [first, 0x31]) == "Code 128 with FNC3")
    }

    @Test(arguments: [
        "SA10197", "4L0014-163B", "NLS-0006010", "NLS006010", "ABC123", "ABC123-45", "PAPHHF", "12345678.",
        "OP:5F1C9A", "[)>\u{1e}06\u{1d}17V98897\u{1d}1P4L0014-163B\u{1d}SSA10197\u{1e}\u{04}", "", "A",
        "PLC1-START-7F3K9Q2M8XWC", "5$P", "@1", "https://example.org/$P", "AB.", "0P12345.",
    ])
    func whatPartsAndPeopleCarryIsNoSettingCode(text: String) {
        #expect(ScannerSetting.maker(of: text) == nil)
    }
}
