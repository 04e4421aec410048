# SPDX-License-Identifier: Apache-2.0
#
# What things cost in cycles on an AMD Seattle (Cortex-A57) with a GICv2: the machine of "Optimizing the Design and
# Implementation of the Linux ARM Hypervisor" (ATC 2017, Table 2). No breakdown of a hypercall on it was at hand, and
# its totals are what the model is to predict: none of them may be used here. So every value is that of the X-Gene, an
# Armv8.0 machine with the same interrupt controller, and assumed. Whoever has measured one puts it in its place.

machine = AMD Seattle, Cortex-A57, GICv2
calibrated_on = none

exception              = 72      | assumed: as on the X-Gene (xgene-gicv2.profile)
return                 = 65      | assumed: as on the X-Gene (xgene-gicv2.profile)
instruction            = 3.727   | assumed: as on the X-Gene (xgene-gicv2.profile)
controller_access      = 250     | assumed: as on the X-Gene (xgene-gicv2.profile)
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
vgic.save              = 406.25  | assumed: as on the X-Gene (xgene-gicv2.profile)
vgic.restore           = 22.625  | assumed: as on the X-Gene (xgene-gicv2.profile)
debug.save             = 4.6     | assumed: as on the X-Gene (xgene-gicv2.profile)
debug.restore          = 10.22   | assumed: as on the X-Gene (xgene-gicv2.profile)
breakpoints.save       = 4.6     | assumed: as on the X-Gene (xgene-gicv2.profile)
breakpoints.restore    = 10.22   | assumed: as on the X-Gene (xgene-gicv2.profile)
trap_config.write      = 11.056  | assumed: as on the X-Gene (xgene-gicv2.profile)
stage2.write           = 66.333  | assumed: as on the X-Gene (xgene-gicv2.profile)
user.save              = 4.6     | assumed: as on the X-Gene (xgene-gicv2.profile)
user.restore           = 10.22   | assumed: as on the X-Gene (xgene-gicv2.profile)
list_registers.save    = 406.25  | assumed: as on the X-Gene (xgene-gicv2.profile)
list_registers.restore = 22.625  | assumed: as on the X-Gene (xgene-gicv2.profile)
