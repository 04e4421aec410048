// SPDX-License-Identifier: Apache-2.0
    .section .rodata.vmm_image, "a"
    .balign 4096
    .global vmm_image
vmm_image:
    .incbin WS_VMM_IMAGE
    .balign 4096
