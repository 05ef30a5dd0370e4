#pragma once
#include <stddef.h>
#include <stdint.h>

/* What benchmarks measure against: devices that both sides poll and that keep the time, and the C programs that
   are the limit. Times are nanoseconds of CLOCK_BOOTTIME. */

/* Keeps every thread that this process has now on one processor, and so those that they start; a negative number
   lets them go. Benchmarked code and devices do not share one. 0, or -1 where the kernel refuses. */
int plumbline_baseline_pin_process(int processor);

/* Allocations of the calling thread since it began: malloc and its like are counted in this program. */
uint64_t plumbline_baseline_allocations(void);

/* Modbus TCP devices on 127.0.0.1, a port each, served by one epoll thread. They answer functions 3 and 4 with
   32-bit floats, low word first, that change with every read, and close a connection that sends anything else. */
typedef struct plumbline_baseline_devices plumbline_baseline_devices;

/* How devices behave. */
enum plumbline_baseline_behaviour {
    PLUMBLINE_BASELINE_ANSWER,
    /* Take connections and requests, and say nothing. */
    PLUMBLINE_BASELINE_HANG,
    /* Nothing listens: dials are refused. */
    PLUMBLINE_BASELINE_GONE,
    /* Each connection is closed as soon as it is there, so that dials can be counted. */
    PLUMBLINE_BASELINE_REJECT,
};

/* What the devices saw of their polls in the window. Lateness in microseconds: `gap`, how far the gap between two
   polls of a device is from the interval; `late`, how long after a multiple of the interval a poll comes. */
typedef struct {
    uint64_t scheduled;
    /* At most as many of each device as were scheduled. */
    uint64_t completed;
    uint64_t polls;
    double gap_p50, gap_p99, late_p50, late_p99, late_max;
} plumbline_baseline_reading;

/* Connections that the devices took since `plumbline_baseline_devices_forget_dials`. */
typedef struct {
    uint64_t dials;
    /* Most within one second, of all devices. */
    uint64_t most_in_a_second;
    /* Shortest time between two of one device; negative where none came twice. */
    int64_t shortest_gap;
} plumbline_baseline_dials;

/* Starts `count` devices whose thread stays on `processor`; NULL where they cannot listen. */
plumbline_baseline_devices *plumbline_baseline_devices_start(unsigned count, unsigned processor);
uint16_t plumbline_baseline_devices_port(const plumbline_baseline_devices *devices, unsigned index);
/* Requests answered since the start. */
uint64_t plumbline_baseline_devices_answers(const plumbline_baseline_devices *devices);
/* How many devices have been polled since `time`. */
unsigned plumbline_baseline_devices_polled_since(plumbline_baseline_devices *devices, int64_t time);
/* Processor seconds of the devices' thread. */
double plumbline_baseline_devices_seconds(const plumbline_baseline_devices *devices);
/* Lets `count` devices from `first` on behave so; 0, or -1 where they cannot listen again. */
int plumbline_baseline_devices_behave(
    plumbline_baseline_devices *devices, unsigned first, unsigned count,
    enum plumbline_baseline_behaviour behaviour);
/* Counts the polls that come in [start, end) to `count` devices from `first` on, due every `interval`. */
void plumbline_baseline_devices_measure(
    plumbline_baseline_devices *devices, unsigned first, unsigned count, int64_t start, int64_t end,
    int64_t interval);
plumbline_baseline_reading plumbline_baseline_devices_reading(plumbline_baseline_devices *devices);
void plumbline_baseline_devices_forget_dials(plumbline_baseline_devices *devices);
plumbline_baseline_dials plumbline_baseline_devices_dials(plumbline_baseline_devices *devices);
void plumbline_baseline_devices_stop(plumbline_baseline_devices *devices);

/* A thread that reads 125 holding registers from unit 1 through libmodbus, again and again. */
typedef struct plumbline_baseline_client plumbline_baseline_client;

/* Starts a client whose thread stays on `processor`; NULL where it cannot connect. */
plumbline_baseline_client *plumbline_baseline_client_start(uint16_t port, unsigned processor);
/* Ends the client; 0, or -1 where a read failed. */
int plumbline_baseline_client_stop(plumbline_baseline_client *client);

/* A thread that polls many devices with one epoll: what is due together leaves in one wake-up. Every `interval`,
   or again as soon as the answer is there, it reads registers and makes numbers of the floats in them. */
typedef struct plumbline_baseline_poller plumbline_baseline_poller;

/* Starts a poller of holding registers 0 to `registers` − 1 whose thread stays on `processor`; an interval of 0
   polls flat out. NULL where it cannot connect. */
plumbline_baseline_poller *plumbline_baseline_poller_start(
    const uint16_t *ports, unsigned count, unsigned registers, int64_t interval, unsigned processor);
/* Processor seconds of the poller's thread. */
double plumbline_baseline_poller_seconds(const plumbline_baseline_poller *poller);
/* Ends the poller; 0, or -1 where a connection failed. */
int plumbline_baseline_poller_stop(plumbline_baseline_poller *poller);

/* Units on one serial line, of which a pseudoterminal is the wire. They answer function 3 at once. */
typedef struct plumbline_baseline_units plumbline_baseline_units;

/* Starts units 1 to `count` whose thread stays on `processor`; NULL where there is no pseudoterminal. */
plumbline_baseline_units *plumbline_baseline_units_start(unsigned count, unsigned processor);
/* The tty that a client opens. */
const char *plumbline_baseline_units_path(const plumbline_baseline_units *units);
/* Requests answered since the start. */
uint64_t plumbline_baseline_units_answers(const plumbline_baseline_units *units);
void plumbline_baseline_units_stop(plumbline_baseline_units *units);

/* A thread that reads units 1 to `count` in turn through libmodbus, with the pause that RTU asks for. */
typedef struct plumbline_baseline_serial_client plumbline_baseline_serial_client;

/* Starts a client of a line of 115,200 baud, `gap` between a reply and the next request; NULL where the tty cannot
   be opened. */
plumbline_baseline_serial_client *plumbline_baseline_serial_client_start(
    const char *path, unsigned count, unsigned registers, int64_t gap, unsigned processor);
/* Ends the client; 0, or -1 where a read failed. */
int plumbline_baseline_serial_client_stop(plumbline_baseline_serial_client *client);

/* A database with the tables of a ledger that entries need: entry, node and outbox with their keys. Used by one
   thread at a time. */
typedef struct plumbline_baseline_ledger plumbline_baseline_ledger;

/* What a ledger stores of one entry. */
typedef struct {
    const char *kind, *id;
    const char *body;
    size_t length;
    /* The sink that the entry is put in front of, or, where it is a receipt, the one that took entry `delivers`;
       NULL for neither. */
    const char *sink;
    int64_t delivers;
} plumbline_baseline_entry;

/* Opens the database `path` with the pragmas of a ledger's writer: one without entries, whose tables are used as they
   are, rules and further indexes included, or a new one, which gets tables with nothing but their keys. NULL where
   that fails. */
plumbline_baseline_ledger *plumbline_baseline_ledger_open(const char *path);
/* Hashes and inserts `count` entries, `group` in each transaction; seconds, or negative where that fails. */
double plumbline_baseline_ledger_append(
    plumbline_baseline_ledger *ledger, const plumbline_baseline_entry *entries, size_t count, size_t group);
void plumbline_baseline_ledger_close(plumbline_baseline_ledger *ledger);

/* What was hashed to verify a ledger, and how long that alone took. */
typedef struct {
    uint64_t entries, bytes;
    /* Seconds of hashing, and of it all, reading included; negative where it failed. */
    double hashing, all;
} plumbline_baseline_hashing;

/* Hashes every body in the ledger `path` as a leaf, every pair of subtrees above, and the content of every entry
   that has a receipt, through libcrypto with one context. */
plumbline_baseline_hashing plumbline_baseline_ledger_hash(const char *path);
