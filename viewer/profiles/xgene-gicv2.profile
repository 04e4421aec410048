# SPDX-License-Identifier: Apache-2.0
#
# What things cost in cycles on an Applied Micro X-Gene with a GICv2, for `wstrace explain --profile`.
#
# Calibrated on the published breakdown of ONE hypercall (KVM/ARM in split mode: "ARM Virtualization: Performance and
# Architectural Implications", ISCA 2016, Table III) and on nothing else. Of that table only the VGIC save is confirmed;
# the other values are recalled. They sum to 5,708 of the hypercall's 6,500 cycles. A class's value there is divided by
# the registers of that class that Worldswitch's split design moves in one hypercall, so that a cost includes whatever
# the code around a register does. No other benchmark was looked at.
#
# An exception and a return are quoted, not calibrated: the same machine, NEVE (SOSP 2017).
#
# KEY = CYCLES | SOURCE: cycles each time, at most three decimals; a source is a reference or the word "assumed".

machine = Applied Micro X-Gene, GICv2
calibrated_on = hypercall on split

exception         = 72    | NEVE, SOSP 2017, X-Gene: 68 to 76 from EL1 to EL2; also taken for EL0 to EL1
return            = 65    | NEVE, SOSP 2017, X-Gene
# What is left of 6,500 when the table's sum, two exceptions and two returns are taken off: 518, for the 139 instructions
# that move no registers. KVM does more for an exit than Worldswitch, and that is in it.
instruction       = 3.727 | ISCA 2016, Table III, recalled: (6,500 - 5,708 - 2 * 72 - 2 * 65) / 139
controller_access = 250   | assumed: VGIC save 3,250 / 13, for KVM reads 12 memory-mapped registers there and writes 1

# Per register, in the order of hyp/arch/register_classes.def.
general.save           = 3.455   | ISCA 2016, Table III, recalled: GP save 152 / 44, with callee_saved
general.restore        = 4.182   | ISCA 2016, Table III, recalled: GP restore 184 / 44, with callee_saved
callee_saved.save      = 3.455   | ISCA 2016, Table III, recalled: as general
callee_saved.restore   = 4.182   | ISCA 2016, Table III, recalled: as general
return_state.save      = 4.6     | ISCA 2016, Table III, recalled: as el1
return_state.restore   = 10.22   | ISCA 2016, Table III, recalled: as el1
fp.save                = 4.147   | ISCA 2016, Table III, recalled: FP save 282 / 68
fp.restore             = 4.559   | ISCA 2016, Table III, recalled: FP restore 310 / 68
el1.save               = 4.6     | ISCA 2016, Table III, recalled: EL1 save 230 / 50, with return_state, user and debug
el1.restore            = 10.22   | ISCA 2016, Table III, recalled: EL1 restore 511 / 50, with return_state, user and debug
timer.save             = 34.667  | ISCA 2016, Table III, recalled: timer save 104 / 3
timer.restore          = 35.333  | ISCA 2016, Table III, recalled: timer restore 106 / 3
vgic.save              = 406.25  | ISCA 2016, Table III, confirmed: VGIC save 3,250 / 8, with list_registers; memory mapped
vgic.restore           = 22.625  | ISCA 2016, Table III, recalled: VGIC restore 181 / 8, with list_registers
debug.save             = 4.6     | ISCA 2016, Table III, recalled: as el1
debug.restore          = 10.22   | ISCA 2016, Table III, recalled: as el1
breakpoints.save       = 4.6     | assumed: as el1; a hypercall does not move them
breakpoints.restore    = 10.22   | assumed: as el1; a hypercall does not move them
trap_config.write      = 11.056  | ISCA 2016, Table III, recalled: EL2 configuration (92 + 107) / 18
stage2.write           = 66.333  | ISCA 2016, Table III, recalled: EL2 virtual memory (92 + 107) / 3
user.save              = 4.6     | ISCA 2016, Table III, recalled: as el1
user.restore           = 10.22   | ISCA 2016, Table III, recalled: as el1
list_registers.save    = 406.25  | ISCA 2016, Table III, confirmed: as vgic
list_registers.restore = 22.625  | ISCA 2016, Table III, recalled: as vgic
