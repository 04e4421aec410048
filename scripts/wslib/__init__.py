# SPDX-License-Identifier: Apache-2.0
"""What scripts/ws, scripts/demo and scripts/test are made of. Standard library only."""
