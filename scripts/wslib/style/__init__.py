# SPDX-License-Identifier: Apache-2.0
"""What CONTRIBUTING.md asks of the sources and a program can see: one check a module, `scripts/test --only style`.

A module here that has `check(root)` is a check. It returns its findings (finding.py), or raises NotChecked.
"""
