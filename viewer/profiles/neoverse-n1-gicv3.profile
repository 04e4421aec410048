# SPDX-License-Identifier: Apache-2.0
#
# What things cost in cycles on an Arm Neoverse N1 with a GICv3, whose CPU interface is system registers. The figures at
# hand are KVM's, in nanoseconds, without a breakdown: hvc 292, MMIO to user space 1,609, vGIC MMIO 419, EOI 29, IPI
# 1,509. Only the EOI says what a single access costs; the clock of 2.5 GHz is assumed. The others are totals of
# operations that the model is to predict, and are not used.

machine = Arm Neoverse N1, GICv3
calibrated_on = none

exception              = 72      | assumed: NEVE, SOSP 2017, has it for the X-Gene
return                 = 65      | assumed: NEVE, SOSP 2017, has it for the X-Gene
instruction            = 1       | assumed
controller_access      = 72.5    | KVM on Neoverse N1: EOI 29 ns, one access to the GIC's CPU interface; at 2.5 GHz, assumed
general.save           = 3.455   | assumed: as on the X-Gene (xgene-gicv2.profile)
general.restore        = 4.182   | assumed: as on the X-Gene (xgene-gicv2.profile)
callee_saved.save      = 3.455   | assumed: as on the X-Gene (xgene-gicv2.profile)
callee_saved.restore   = 4.182   | assumed: as on the X-Gene (xgene-gicv2.profile)
return_state.save      = 4.6     | assumed: as on the X-Gene (xgene-gicv2.profile)
return_state.restore   = 10.22   | assumed: as on the X-Gene (xgene-gicv2.profile)
fp.save                = 4.147   | assumed: as on the X-Gene (xgene-gicv2.profile)
fp.restore             = 4.559   | assumed: as on the X-Gene (xgene-gicv2.profile)
el1.save               = 4.6     | assumed: as on the X-Gene (xgene-gicv2.profile)
el1.restore            = 10.22   | assumed: as on the X-Gene (xgene-gicv2.profile)
timer.save             = 34.667  | assumed: as on the X-Gene (xgene-gicv2.profile)
timer.restore          = 35.333  | assumed: as on the X-Gene (xgene-gicv2.profile)
vgic.save              = 72.5    | KVM on Neoverse N1: EOI 29 ns, one access to the GIC's CPU interface; at 2.5 GHz, assumed
vgic.restore           = 72.5    | KVM on Neoverse N1: EOI 29 ns, one access to the GIC's CPU interface; at 2.5 GHz, assumed
debug.save             = 4.6     | assumed: as on the X-Gene (xgene-gicv2.profile)
debug.restore          = 10.22   | assumed: as on the X-Gene (xgene-gicv2.profile)
breakpoints.save       = 4.6     | assumed: as on the X-Gene (xgene-gicv2.profile)
breakpoints.restore    = 10.22   | assumed: as on the X-Gene (xgene-gicv2.profile)
trap_config.write      = 11.056  | assumed: as on the X-Gene (xgene-gicv2.profile)
stage2.write           = 66.333  | assumed: as on the X-Gene (xgene-gicv2.profile)
user.save              = 4.6     | assumed: as on the X-Gene (xgene-gicv2.profile)
user.restore           = 10.22   | assumed: as on the X-Gene (xgene-gicv2.profile)
list_registers.save    = 72.5    | KVM on Neoverse N1: EOI 29 ns, one access to the GIC's CPU interface; at 2.5 GHz, assumed
list_registers.restore = 72.5    | KVM on Neoverse N1: EOI 29 ns, one access to the GIC's CPU interface; at 2.5 GHz, assumed
