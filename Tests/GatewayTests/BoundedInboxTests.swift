import Gateway
import Testing

struct BoundedInboxTests {
    private let inbox = BoundedInbox<Int>(limit: 4, reserve: 2, name: "flow-test-1")

    /// A flood of scans, or ticks while the disk is slow, must not cost a device's result.
    @Test func theLastPlacesAreForWhatCannotBeAskedForAgain() async {
        #expect((1...4).map { inbox.put($0) } == [true, true, false, false])
        inbox.putSurely(5)
        #expect(!inbox.put(6))
        inbox.finish()
        var taken: [Int] = []
        for await element in inbox.elements { taken.append(element) }
        #expect(taken == [1, 2, 5])
        #expect(inbox.droppedCount == 3)
        #expect(!inbox.hasOverflowed)
    }

    @Test func placesAreFreeAgainWhenElementsAreTaken() async {
        inbox.put(1)
        inbox.put(2)
        for await element in inbox.elements where element == 2 { break }
        #expect(inbox.put(3))
    }

    @Test func aQueueWithoutAnyPlaceLeftEnds() async {
        for element in 1...5 { inbox.putSurely(element) }
        var taken: [Int] = []
        for await element in inbox.elements { taken.append(element) }
        #expect(taken == [1, 2, 3, 4])
        #expect(inbox.hasOverflowed)
    }
}
