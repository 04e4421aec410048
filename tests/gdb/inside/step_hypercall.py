# SPDX-License-Identifier: Apache-2.0
"""Steps through one of the guest's hypercalls, from EL2's vector to the guest's next instruction, and prints where it was.
`after`: how many go by before."""

import json

import gdb

IMAGE = range(0x4020_0000, 0x4080_0000)
LOWER_EL_SYNC = 8


def pc():
    return int(gdb.newest_frame().read_register("pc")) & 0xffff_ffff_ffff_ffff


vector = int(gdb.parse_and_eval("(unsigned long)&guest_vectors")) + 0x80 * LOWER_EL_SYNC
here = gdb.Breakpoint(f"*{vector:#x}", type=gdb.BP_HARDWARE_BREAKPOINT, internal=True)
here.ignore_count = after  # noqa: F821  set before
gdb.execute("continue", to_string=True)
here.delete()
places = []
while pc() in IMAGE:
    places.append(pc())
    gdb.execute("stepi", to_string=True)
print(json.dumps({"places": places}), flush=True)
