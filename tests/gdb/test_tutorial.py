# SPDX-License-Identifier: Apache-2.0
"""The sessions that the documentation shows are what a user sees who types them."""

import re
import unittest

import record_sessions


def without_numbers(text: str) -> str:
    """Addresses and counts are another build's; all else is to be the same."""
    return re.sub(r"0x[0-9a-f]+|\b\d{4,}\b|event \d+|<[^>]*>", "N", text)


class Tutorial(unittest.TestCase):
    def test_sessions_are_as_shown(self):
        self.assertTrue(record_sessions.names())
        for design in record_sessions.names():
            with self.subTest(design=design):
                shown = (record_sessions.SESSIONS / f"{design}.txt").read_text(encoding="utf-8")
                self.assertEqual(without_numbers(record_sessions.play(design)), without_numbers(shown),
                                 "tests/gdb/record_sessions.py records them anew")
