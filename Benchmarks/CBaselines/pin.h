#pragma once
/* Keeps the calling thread on one processor; one that is not there changes nothing. */
void plumbline_baseline_pin(unsigned processor);
