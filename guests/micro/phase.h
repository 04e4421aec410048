// SPDX-License-Identifier: Apache-2.0
// A latency L is read in whole ticks of 16 instructions. Read once with each of 0 to 15 NOPs in front, the 16 numbers
// of ticks sum up to L exactly: the sum over k of floor((L + k) / 16) is L (Hermite's identity). For the assembler as
// well.
#pragma once

#define PHASE_MASK 15
