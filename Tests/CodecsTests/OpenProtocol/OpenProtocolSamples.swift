/// Messages as controllers send them, each with where it is from; without the NUL that ends them.
enum OpenProtocolSamples {
    /// MID 0061 revision 1, laid out by hand from specification R2.16, table 98: 64.83 Nm and 37 degrees, OK.
    static let result1 =
        "02310061001         010001020103INJ-NUT-CELL-2           04D0CVA5674A36458          "
        + "0500060030700040800010911011111200600013007000140065001500648316000201700060180004019000372020"
        + "26-02-11:13:45:07212026-01-05:08:00:00223230000104512"

    /// MID 0061 revision 999, the numbers of the public tests of OpenProtocolInterpreter (TestMid0061).
    static let result999 =
        "01210061999         KPOL3456JKLO897          02001002000192111000500003602001-06-02:09:54:09"
        + "2000-06-02:09:54:094294967295"

    /// Specification R2.16, section 5.2.4: MID 0018 asked for a parameter set that is not there.
    static let refusal = "00260004            001802"
    /// Specification R2.16, section 5.2.5, with the MID in its header put right.
    static let acceptance = "00240005            0018"
    /// Specification R2.16, section 5.2.2.
    static let start1 = "00570002            010001020103Airbag1                  "
    /// Specification R2.16, section 2.2.1.1.
    static let alarm1 = "00530071            01E404021031042008-09-25:10:14:16"
}
