# SPDX-License-Identifier: Apache-2.0
"""The labs: what students change is cut out, built anew, run and graded."""
