"""Talks Open Protocol to the simulated controllers over plain sockets, as the byte tables of release 2.16 say,
compares what it hears with what the tools say they did, and prints what it saw as JSON."""

import json
import socket
import sys
import urllib.request

control, ports = sys.argv[1], dict(pair.split("=") for pair in sys.argv[2:])


def ask(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    return json.load(urllib.request.urlopen(f"http://{control}{path}", data, 10))


class Controller:
    """One connection; numbers its telegrams once told to."""

    def __init__(self, device):
        self.device, self.buffer, self.sequence = device, b"", 0
        self.socket = socket.create_connection(("127.0.0.1", int(ports[device])), 10)

    def send(self, mid, data="", revision=1, sequence=0):
        number = f"{sequence:02}" if sequence else "  "
        text = f"{20 + len(data):04}{mid:04}{revision:03}     {number}  {data}"
        self.socket.sendall(text.encode("ascii") + b"\0")

    def read(self):
        """The next telegram: MID, revision, sequence number, data as bytes; cut by its length alone."""
        while len(self.buffer) < 4 or len(self.buffer) <= int(self.buffer[:4]):
            more = self.socket.recv(65536)
            if not more:
                raise EOFError
            self.buffer += more
        length = int(self.buffer[:4])
        frame, nul, self.buffer = self.buffer[:length], self.buffer[length], self.buffer[length + 1:]
        assert nul == 0, frame
        return int(frame[4:8]), int(frame[8:11].strip() or 1), frame[16:18].strip(), frame[20:]

    def expect(self, mid, data=None):
        heard = self.read()
        assert heard[0] == mid and (data is None or heard[3] == data), (mid, data, heard)
        return heard

    def command(self, mid, data="", revision=1):
        self.send(mid, data, revision)
        self.expect(5, b"%04d" % mid)


def field(data, first, last):
    """Bytes first to last of the telegram, as its table counts them."""
    return data[first - 21:last - 20].decode("ascii")


# Where the tables of 0061 put things: identifier, good, torque and angle status, torque, angle, id.
PLACES = {
    1: [(60, 84), (108, 108), (111, 111), (114, 114), (141, 146), (170, 174), (222, 231)],
    2: [(60, 84), (121, 121), (127, 127), (130, 130), (184, 189), (213, 217), (304, 313)],
    999: [(21, 45), (60, 60), (61, 61), (62, 62), (63, 68), (69, 73), (112, 121)],
}
LENGTHS = {1: 231, 2: 385, 3: 419, 4: 500, 5: 506, 6: 526, 7: 544, 999: 121}


def result(heard):
    mid, revision, _, data = heard
    assert mid == 61 and len(data) + 20 == LENGTHS[revision], heard
    identifier, *numbers = [field(data, *place) for place in PLACES[min(revision, 2) if revision < 999 else 999]]
    return [identifier.rstrip()] + [int(number) for number in numbers]


def truth(device):
    told = ask(f"/truth/{device}")["tightenings"]
    return [
        [t["identifier"], int(t["ok"]), s["torque_status"], s["angle_status"], s["torque_cNm"], s["angle"],
         t["sent_id"]] for t in told for s in t["spindles"][:1]
    ]


def conversation(device, revisions):
    """Every outcome in every revision; 0061 against the truth."""
    heard = []
    for revision in revisions:
        controller = Controller(device)
        controller.send(1, revision=99)
        controller.expect(4, b"000197")
        controller.send(1)
        assert len(controller.expect(2)[3]) == 37
        controller.send(9999)
        controller.expect(9999, b"")
        controller.command(60, revision=revision)
        controller.command(43)
        controller.command(50, f"PART-{revision}")
        for outcome in ["ok", "low_torque", "high_torque", "low_angle", "high_angle", "stall", "rehit"]:
            ask("/tighten", {"device": device, "outcome": outcome})
            heard.append(result(controller.read()))
            controller.send(62)
        controller.command(42)
        controller.command(3)
        controller.socket.close()
    assert heard == truth(device), (heard, truth(device))
    return len(heard)


def samples(data):
    """Coefficient and samples of a trace."""
    text, binary = data.split(b"\0", 1)
    at = text.index(b"02213")
    length = int(text[at + 5:at + 8])
    value = int(text[at + 17:at + 17 + length])
    count = int(text[-5:])
    assert len(binary) == 2 * count, (count, len(binary))
    return value, [int.from_bytes(binary[i:i + 2], "big", signed=True) for i in range(0, len(binary), 2)], binary


def curves(device):
    """Both traces of a tightening: the peak is the torque, the hash is that of the truth."""
    controller = Controller(device)
    controller.send(1)
    controller.expect(2)
    controller.send(8, "0900001" + "38" + "0" + " " * 19 + "0" * 10 + "02" + "001" + "002")
    controller.expect(5, b"0900")
    controller.command(43)
    ask("/tighten", {"device": device, "outcome": "ok"})
    traces = {}
    for _ in range(2):
        data = controller.expect(900)[3]
        traces[int(data[32:34])] = samples(data)
        controller.send(5, "0900")
    last = ask(f"/truth/{device}")["tightenings"][-1]
    coefficient, torque, _ = traces[2]
    assert coefficient == 100 and max(torque) == last["spindles"][0]["torque_cNm"]
    assert torque[-1] < max(torque) // 10 and traces[1][1] != torque
    value = 0xCBF29CE484222325
    for byte in traces[2][2] + traces[1][2]:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    assert f"{value:016x}" == last["curve_fnv1a"]
    return len(torque)


def numbered(device):
    """Sequence numbers and 9997: 120 results run past 99."""
    controller = Controller(device)
    controller.send(1, revision=6)
    assert field(controller.expect(2)[3], 174, 176) == "121"
    controller.send(60, sequence=1)
    assert controller.expect(9997, b"0060")[2] == b"02"
    assert controller.expect(5, b"0060")[2] == b"01"
    controller.send(9997, "0005", sequence=2)
    for number in range(120):
        ask("/tighten", {"device": device, "outcome": "ok"})
        sequence = int(controller.expect(61)[2])
        assert sequence == (number + 1) % 99 + 1, (number, sequence)
        controller.send(9997, "0061", sequence=sequence % 99 + 1)
    return 120


def lost(device):
    """The network goes between a result and its acknowledgement: 0064 has it all the same."""
    controller = Controller(device)
    controller.send(1)
    controller.expect(2)
    controller.command(60)
    ask("/fault", {"device": device, "kind": "lost_acknowledge", "seconds": 60})
    ask("/tighten", {"device": device, "outcome": "ok"})
    number = result(controller.read())[-1]
    controller.send(62)
    try:
        controller.read()
        raise AssertionError("the connection lives")
    except (EOFError, ConnectionResetError):
        pass
    ask("/mend", {"device": device})
    controller = Controller(device)
    controller.send(1)
    controller.expect(2)
    controller.send(64, f"{number:010}")
    data = controller.expect(65)[3]
    assert len(data) == 98 and int(field(data, 23, 32)) == number
    return ask("/state")["devices"][device]["unacknowledged"]


print(json.dumps({
    "results": conversation("TW-1", [1, 2, 3, 4, 5, 6, 7]),
    "results_999": conversation("TW-2", [999]),
    "samples": curves("TW-1"),
    "numbered": numbered("TW-3"),
    "unacknowledged": lost("TW-1"),
}))
