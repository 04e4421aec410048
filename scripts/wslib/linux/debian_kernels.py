# SPDX-License-Identifier: Apache-2.0
"""Which Linux Debian has, by its suites."""

# The suite that has it. What is not here may be in the newest one's backports.
SUITES = {"5.10": "bullseye", "6.1": "bookworm", "6.12": "trixie"}
BACKPORTS = "trixie-backports"
DEFAULT_KERNEL = "6.1"
