#pragma once

/* Keeps the calling thread on one processor. */
void plumbline_baseline_pin(unsigned processor);
