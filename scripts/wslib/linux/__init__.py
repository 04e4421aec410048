# SPDX-License-Identifier: Apache-2.0
"""Linux as a guest: Debian's kernel, what goes with it, its console."""
