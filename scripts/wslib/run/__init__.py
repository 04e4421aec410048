# SPDX-License-Identifier: Apache-2.0
"""One run: its options, its folder, its verdict, its trace, its recording."""
