# SPDX-License-Identifier: Apache-2.0
"""What scripts/ws, scripts/demo and scripts/test are made of. Standard library only. Here is what all its rooms take; a room takes from
those before it: machine, linux, run, bench, command."""
