# SPDX-License-Identifier: Apache-2.0
#
# What things cost in cycles on an Applied Micro X-Gene with a GICv2, by KVM's own counts, for `wstrace explain --profile`.
#
# The same breakdown of the same hypercall as in xgene-gicv2, where it says what each class is. There a class's value is
# divided by the registers that Worldswitch's split design moves in one hypercall; here by those that KVM moves without
# VHE: Linux 6.1.0-50 of Debian, recorded by `ws run --design kvm-nvhe --guest hypercall`. What this KVM does not move
# for a hypercall any more (FP/SIMD, timer, vGIC) cannot be divided so, and costs what it does in xgene-gicv2.
#
# KEY = CYCLES | SOURCE: cycles each time, at most three decimals; a source is a reference or the word "assumed".

machine = Applied Micro X-Gene, GICv2
calibrated_on = hypercall on kvm-nvhe

exception         = 72    | NEVE, SOSP 2017, X-Gene: 68 to 76 from EL1 to EL2; also taken for EL0 to EL1
return            = 65    | NEVE, SOSP 2017, X-Gene
# The same 518 cycles as in xgene-gicv2, for the 815 instructions of KVM's that move no registers: its own handling of
# an exit is among them.
instruction       = 0.636 | ISCA 2016, Table III, recalled: (6,500 - 5,708 - 2 * 72 - 2 * 65) / 815
controller_access = 250   | assumed: VGIC save 3,250 / 13, for KVM reads 12 memory-mapped registers there and writes 1

# Per register, in the order of hyp/arch/register_classes.def.
general.save           = 2       | ISCA 2016, Table III, recalled: GP save 152 / 76, with callee_saved
general.restore        = 2.421   | ISCA 2016, Table III, recalled: GP restore 184 / 76, with callee_saved
callee_saved.save      = 2       | ISCA 2016, Table III, recalled: as general
callee_saved.restore   = 2.421   | ISCA 2016, Table III, recalled: as general
return_state.save      = 4.6     | ISCA 2016, Table III, recalled: as el1
return_state.restore   = 10.22   | ISCA 2016, Table III, recalled: as el1
fp.save                = 4.147   | as in xgene-gicv2: this KVM moves none for a hypercall
fp.restore             = 4.559   | as in xgene-gicv2: this KVM moves none for a hypercall
el1.save               = 4.6     | ISCA 2016, Table III, recalled: EL1 save 230 / 50, with return_state, user and debug
el1.restore            = 10.22   | ISCA 2016, Table III, recalled: EL1 restore 511 / 50, with return_state, user and debug
timer.save             = 34.667  | as in xgene-gicv2: this KVM moves none for a hypercall
timer.restore          = 35.333  | as in xgene-gicv2: this KVM moves none for a hypercall
vgic.save              = 406.25  | as in xgene-gicv2: this KVM moves none for a hypercall
vgic.restore           = 22.625  | as in xgene-gicv2: this KVM moves none for a hypercall
debug.save             = 4.6     | ISCA 2016, Table III, recalled: as el1
debug.restore          = 10.22   | ISCA 2016, Table III, recalled: as el1
breakpoints.save       = 4.6     | assumed: as el1; a hypercall does not move them
breakpoints.restore    = 10.22   | assumed: as el1; a hypercall does not move them
trap_config.write      = 14.214  | ISCA 2016, Table III, recalled: EL2 configuration (92 + 107) / 14
stage2.write           = 66.333  | ISCA 2016, Table III, recalled: EL2 virtual memory (92 + 107) / 3
user.save              = 4.6     | ISCA 2016, Table III, recalled: as el1
user.restore           = 10.22   | ISCA 2016, Table III, recalled: as el1
list_registers.save    = 406.25  | as in xgene-gicv2: this KVM moves none for a hypercall
list_registers.restore = 22.625  | as in xgene-gicv2: this KVM moves none for a hypercall
