# SPDX-License-Identifier: Apache-2.0
"""The machine of a run: its QEMU, what it is told, what it tells."""
