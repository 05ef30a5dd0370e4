#pragma once

/* Names the calling thread, at most 15 bytes, and keeps it on one processor. */
void plumbline_baseline_pin(const char *name, unsigned processor);
