package import Metrology
package import Profiles

extension Sample {
    /// What a device's reply said about one point, stamped.
    package init(
        _ reading: consuming PointReading, device: String, at stamp: Stamp, provenance: Provenance
    ) {
        self.init(
            device: device, point: reading.point, value: reading.value, unit: reading.unit,
            bytes: reading.bytes, quality: reading.quality, stamp: stamp,
            provenance: provenance)
    }
}
