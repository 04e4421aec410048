# SPDX-License-Identifier: Apache-2.0
"""`wsview --png`: the picture is there, it shows both runs on one scale in the causes' colours, and it is always the same."""

import os
import subprocess
import unittest

from viewer_support import WSTRACE, new_folder, picture, trace, wsview

NEEDS = ("debug",)

# Okabe and Ito's colours, as theme.cpp has them.
GENERAL, FP, EL1, VGIC, DEBUG, TRAPS, HANDLER = 0xF0E442, 0xE69F00, 0x0072B2, 0x009E73, 0xCC79A7, 0xD55E00, 0x56B4E9
LIGHT_GROUND, DARK_GROUND = 0xEEF0F3, 0x15181D


def strips(png, below, least=60):
    """The rows above `below` that show a strip: each with its counts of colours, one for each run of such rows."""
    found, inside = [], False
    for y in range(below):
        counts = png.row_counts(y)
        strip = counts.get(GENERAL, 0) >= least and counts.get(HANDLER, 0) >= least // 2
        if strip and not inside:
            found.append(counts)
        inside = strip
    return found


class Picture(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.both = picture(trace("split"), trace("vhe"))

    def test_has_the_size_that_is_asked_for(self):
        self.assertEqual((self.both.width, self.both.height), (1600, 1000))
        small = picture(trace("split"), trace("vhe"), "--size", "1280x800")
        self.assertEqual((small.width, small.height), (1280, 800))

    def test_shows_both_strips_on_one_scale(self):
        split, vhe = strips(self.both, below=300)[:2]
        for cause in (GENERAL, FP, EL1, VGIC, DEBUG, TRAPS, HANDLER):
            self.assertGreater(split.get(cause, 0), 5, f"{cause:06x} in the strip of split")
        for cause in (GENERAL, EL1, TRAPS, HANDLER):
            self.assertGreater(vhe.get(cause, 0), 5, f"{cause:06x} in the strip of vhe")
        self.assertEqual(vhe.get(FP, 0), 0, "vhe switches no FP/SIMD registers in an exit")
        # The handler takes as long in both, so it is as wide: one scale. Labels take a few pixels of it.
        self.assertAlmostEqual(split[HANDLER], vhe[HANDLER], delta=3)

    def test_two_pictures_are_equal(self):
        again = picture(trace("split"), trace("vhe"))
        self.assertEqual(self.both.rows, again.rows)

    def test_themes_differ(self):
        self.assertEqual(self.both.pixel(2, 2), LIGHT_GROUND)
        dark = picture(trace("split"), trace("vhe"), "--theme", "dark")
        self.assertEqual(dark.pixel(2, 2), DARK_GROUND)
        self.assertEqual(len(strips(dark, below=300)), 2)

    def test_one_run_alone(self):
        self.assertEqual(len(strips(picture(trace("vhe")), below=300)), 1)

    def test_a_run_against_itself_has_equal_strips(self):
        a, b = strips(picture(trace("vhe"), trace("vhe")), below=300)[:2]
        for cause in (GENERAL, EL1, TRAPS, HANDLER):
            self.assertAlmostEqual(a[cause], b[cause], delta=6, msg="but for the mark of the selected segment")

    def test_a_trace_of_traps_alone(self):
        png = picture(trace("split", "traps"), trace("vhe", "traps"))
        self.assertEqual(strips(png, below=300), [])

    def test_kind_and_operation_are_chosen(self):
        other = picture(trace("split"), trace("vhe"), "--kind", "DABT")
        self.assertGreater(other.differing(self.both), 1000)
        second = picture(trace("split"), trace("vhe"), "--kind", "DABT", "--operation", "2")
        self.assertGreater(second.differing(other), 0)

    def test_scale_makes_everything_larger(self):
        large = picture(trace("split"), trace("vhe"), "--scale", "1.5", "--size", "2400x1500")
        self.assertEqual(len(strips(large, below=450)), 2)

    def test_whole_run(self):
        whole = picture(trace("split"), trace("vhe"), "--whole-run")
        self.assertGreater(whole.differing(self.both), 1000)

    def test_help(self):
        done = wsview("--help")
        self.assertEqual(done.returncode, 0)
        for option in ("--png", "--size", "--kind", "--operation", "--scale", "--theme"):
            self.assertIn(option, done.stdout)


class LongTrace(unittest.TestCase):
    def test_many_events_are_drawn(self):
        split, vhe = trace("split", operations=10000), trace("vhe", operations=20000)
        for options in ((), ("--whole-run",), ("--operation", "9000")):
            png = picture(split, vhe, *options)
            self.assertEqual(len(strips(png, below=300)), 2)


class WrongUse(unittest.TestCase):
    def assert_told(self, done, *words):
        self.assertNotEqual(done.returncode, 0)
        self.assertGreater(done.returncode, 0, "no crash")
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def picture_of(self, *arguments):
        return wsview(*arguments, "--png", new_folder() / "a.png")

    def test_a_picture_of_nothing(self):
        self.assert_told(self.picture_of(), "--png", "wsview A")

    def test_numbers_and_names_that_are_none(self):
        for option, words in (("--event", ("-1", "99999999999999999999", "", "4x")), ("--operation", ("-1", "0", "two")),
                              ("--scale", ("nan", "huge"))):
            for word in words:
                with self.subTest(f"{option} {word}"):
                    self.assert_told(self.picture_of(trace("vhe"), option, word), option, word)
        self.assert_told(wsview(trace("vhe"), "--png", ""), "--png", "a file's name is wanted")

    def test_numbers_that_wstrace_does_not_take(self):
        for arguments in (("at", trace("vhe"), "-1"), ("at", trace("vhe"), ""), ("source", trace("vhe"), "1e3"),
                          ("dump", trace("vhe"), "--from", "-1"), ("dump", trace("vhe"), "--from", "99999999"),
                          ("dump", trace("vhe"), "--count", "-1"), ("find", trace("vhe"), "trap", "--count", "-1"),
                          ("export", trace("vhe"), "--csv", "")):
            with self.subTest(arguments[2:]):
                self.assert_told(subprocess.run([WSTRACE, *arguments], capture_output=True, text=True, timeout=60))

    def test_a_pipe_and_a_link_are_written_to(self):
        folder = new_folder()
        pipe = folder / "pipe"
        os.mkfifo(pipe)
        writer = subprocess.Popen([WSTRACE, "export", trace("vhe"), "--csv", pipe], stderr=subprocess.PIPE, text=True)
        text = pipe.read_text(encoding="utf-8")
        self.assertEqual((writer.wait(60), writer.stderr.read()), (0, ""))
        writer.stderr.close()
        self.assertTrue(pipe.is_fifo(), "it was replaced")
        self.assertTrue(text.startswith("index,cpu,raw"))
        link = folder / "link"
        link.symlink_to("behind")
        for _ in range(2):  # the file behind is made, and then replaced
            subprocess.run([WSTRACE, "export", trace("vhe"), "--csv", link], check=True, timeout=60)
            self.assertTrue(link.is_symlink(), "it was replaced")
            self.assertEqual((folder / "behind").read_text(encoding="utf-8"), text)
        self.assertEqual({path.name for path in folder.iterdir()}, {"pipe", "link", "behind"})

    def test_missing_folder(self):
        self.assert_told(self.picture_of("/nowhere/at/all"), "/nowhere/at/all", "no such folder")

    def test_folder_without_a_trace(self):
        self.assert_told(self.picture_of(new_folder()), "holds no trace")

    def test_a_file(self):
        self.assert_told(self.picture_of(trace("vhe") / "metadata"), "is not a folder")

    def damaged(self, change):
        folder = new_folder()
        for name in ("metadata", "stream_0"):
            (folder / name).write_bytes((trace("vhe") / name).read_bytes())
        data = bytearray((folder / "stream_0").read_bytes())
        change(data)
        (folder / "stream_0").write_bytes(data)
        return self.picture_of(folder)

    def assert_opens_and_says(self, done, *words):
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
        for word in ("damaged: stream_0", *words):
            self.assertIn(word, done.stderr)

    def test_truncated(self):
        def cut(data):
            del data[100_000:]
        self.assert_opens_and_says(self.damaged(cut), "packet cut off")

    def test_zero_filled(self):
        def fill(data):
            data[:] = bytes(len(data))
        self.assert_told(self.damaged(fill), "stream_0", "record it again")

    def test_one_bit_flipped(self):
        def flip(data):
            data[70_000] ^= 16
        self.assert_opens_and_says(self.damaged(flip), "checksum")

    def test_empty_stream(self):
        def cut(data):
            del data[:]
        self.assert_told(self.damaged(cut), "stream_0")

    def test_second_trace_damaged(self):
        self.assert_told(self.picture_of(trace("split"), new_folder()), "holds no trace")

    def test_unknown_kind(self):
        self.assert_told(self.picture_of(trace("vhe"), "--kind", "teatime"), "teatime", "hypercall (HVC, unhandled)")

    def test_operation_that_is_not_there(self):
        self.assert_told(self.picture_of(trace("vhe"), "--operation", "100000"), "--operation 100000")
        self.assert_told(self.picture_of(trace("vhe"), "--operation", "0"))
        self.assert_told(self.picture_of(trace("vhe"), "--operation", "many"))

    def test_event_that_is_not_there(self):
        self.assert_told(self.picture_of(trace("vhe"), "--event", "100000000"), "--event 100000000")

    def test_size(self):
        for size in ("big", "10x10", "1600x", "1600x1000x2", "99999x99999", "-5x800"):
            self.assert_told(self.picture_of(trace("vhe"), f"--size={size}"), "--size")

    def test_scale_and_theme(self):
        self.assert_told(self.picture_of(trace("vhe"), "--scale", "0"))
        self.assert_told(self.picture_of(trace("vhe"), "--scale", "nan"))
        self.assert_told(self.picture_of(trace("vhe"), "--theme", "purple"), "purple")

    def test_picture_that_cannot_be_written(self):
        self.assert_told(wsview(trace("vhe"), "--png", "/nowhere/a.png"), "/nowhere/a.png")
        folder = new_folder()
        self.assert_told(wsview(trace("vhe"), "--png", folder), str(folder))
        self.assertEqual(list(folder.parent.glob("*.part")), [])

    def test_no_display(self):
        self.assert_told(wsview(trace("vhe")), "--png")


if __name__ == "__main__":
    unittest.main()
