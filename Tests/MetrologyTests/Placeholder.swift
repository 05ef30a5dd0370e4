import Testing
import Metrology
@Test func smoke() throws {
    for t in ["126.8","-0.050","1800","1e-05","12e3","0","5.0","1e7","123456789012345678"] { print(t, ExactDecimal(t)?.description ?? "nil") }
    for f: Float in [126.8, 1e-20, 1e20, 1234567, .nan, .infinity, 0, 16777216, 1e16, 0.1] { print(f, ExactDecimal(shortest: f)?.description ?? "nil") }
    let gal = UnitOfMeasure("[gal_us]")!, l = UnitOfMeasure("L")!
    print(try ExactDecimal("902.70")!.converted(from: gal, to: l))
    print(try ExactDecimal("10")!.converted(from: UnitOfMeasure("L/h")!, to: UnitOfMeasure("mL/min")!, resolution: ExactDecimal("0.01")!))
    print(try ExactDecimal("12")!.converted(from: UnitOfMeasure("L/h")!, to: UnitOfMeasure("mL/min")!))
    print(try ExactDecimal("25")!.converted(from: UnitOfMeasure("Cel")!, to: UnitOfMeasure("K")!))
    print(try ExactDecimal("250")!.converted(from: UnitOfMeasure("cN.m")!, to: UnitOfMeasure("N.m")!))
    print(try ExactDecimal("1450")!.converted(from: UnitOfMeasure("[psi]")!, to: UnitOfMeasure("bar")!, resolution: ExactDecimal("0.1")!))
    print(ExactDecimal("2.45")!.rounded(toPlace: -1), ExactDecimal("2.55")!.rounded(toPlace: -1), ExactDecimal("-2.45")!.rounded(toPlace: -1), ExactDecimal("0.12")!.rounded(toMultipleOf: ExactDecimal("0.05")!))
}
