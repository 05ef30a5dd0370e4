#pragma once
/* Typed doors to C functions and macros that Swift cannot import: variadic ones and function-like macros. */
