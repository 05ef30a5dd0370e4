#pragma once
#include <stdint.h>

/* What benchmarks measure against: a Modbus TCP server that both sides use, and the C client that is the limit. */

/* A Modbus TCP server on 127.0.0.1 with one epoll thread. It answers functions 3 and 4 with registers that change
   with every read, and closes a connection that sends anything else. */
typedef struct plumbline_baseline_server plumbline_baseline_server;

/* Starts a server whose thread stays on `processor`; NULL where it cannot listen. */
plumbline_baseline_server *plumbline_baseline_server_start(unsigned processor);
uint16_t plumbline_baseline_server_port(const plumbline_baseline_server *server);
/* Requests answered since the start: the meter that both sides share. */
uint64_t plumbline_baseline_server_answers(const plumbline_baseline_server *server);
void plumbline_baseline_server_stop(plumbline_baseline_server *server);

/* A thread that reads 125 holding registers from unit 1 through libmodbus, again and again. */
typedef struct plumbline_baseline_client plumbline_baseline_client;

/* Starts a client whose thread stays on `processor`; NULL where it cannot connect. */
plumbline_baseline_client *plumbline_baseline_client_start(uint16_t port, unsigned processor);
/* Ends the client; 0, or -1 where a read failed. */
int plumbline_baseline_client_stop(plumbline_baseline_client *client);
