/// Why a server refuses a request (Application Protocol V1.1b3, section 7).
package enum ServerRefusal: UInt8, Error, Sendable {
    case illegalFunction = 1
    case illegalAddress = 2
    case illegalValue = 3
}
