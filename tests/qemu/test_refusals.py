# SPDX-License-Identifier: Apache-2.0
"""Whatever the system refuses, a command says so in one sentence and with status 6; there is no traceback and no silent success."""

import json
import os
import resource
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

import qemu_support as support

BROKE, USAGE = 6, 2
RUN = ("run", "--design", "vhe", "--guest", "hypercall", "--trace", "off")
FULL = "/dev/full"
NOBODYS = 54321  # a user that owns nothing
# Root without its privileges: what is another user's is that.
PLAIN = ("setpriv", "--bounding-set=-all", "--inh-caps=-all") if os.geteuid() == 0 else ()


def ws(*arguments: object, before: tuple[str, ...] = (), **options) -> subprocess.CompletedProcess:
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE} | options
    return subprocess.run([*before, sys.executable, support.WS, *map(os.fsencode, arguments)], stderr=subprocess.PIPE, text=True,
                          errors="surrogateescape", timeout=300, **options)


def in_shell(redirections: str, *arguments: object) -> subprocess.CompletedProcess:
    """With standard streams as only a shell can have them."""
    command = ["sh", "-c", f'exec "$@" {redirections}', "sh", sys.executable, str(support.WS), *map(str, arguments)]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)


class Refusals(unittest.TestCase):
    def expect(self, done: subprocess.CompletedProcess, words: str, status: int = BROKE) -> None:
        self.assertEqual(done.returncode, status, f"{done.stdout}{done.stderr}")
        last = done.stderr.splitlines()[-1]
        self.assertRegex(last, "^ws [a-z-]+: ")
        self.assertIn(words, last)
        for noise in ("Traceback", "Exception ignored"):
            self.assertNotIn(noise, done.stderr)


class Output(Refusals):
    def test_of_every_verb_to_a_full_disk(self):
        for arguments in (("doctor",), ("doctor", "--json"), ("--help",), ("run", "--help"), ("build", "--hyp"),
                          ("bench", "--recorder", "--design", "vhe", "--json"),
                          ("debug", "--design", "vhe", "--guest", "hypercall", "--out",
                           support.new_folder(), "--serve", support.new_folder() / "gdb")):
            with self.subTest(arguments=arguments):
                self.expect(in_shell(f">{FULL}", *arguments), "standard output: No space left on device")

    def test_to_a_closed_stream(self):
        self.expect(in_shell(">&-", "doctor"), "standard output: Bad file descriptor; it is closed")
        self.expect(in_shell("<&- >&-", *RUN, "--out", support.new_folder(), "--json", "--quiet"), "standard output")

    def test_a_guests_console_that_cannot_be_shown_is_no_success(self):
        for redirection in (f">{FULL}", ">&-"):
            with self.subTest(redirection=redirection):
                folder = support.new_folder()
                self.expect(in_shell(redirection, *RUN, "--out", folder), "its console could not be written: standard output")
                self.assertIn("@bench", (folder / "console.log").read_text(), "it is kept all the same")
                told = json.loads((folder / "run.json").read_text())
                self.assertEqual((told["verdict"], told["exit_status"]), ("broken", BROKE))

    def test_a_failure_stays_one(self):
        done = in_shell(f">{FULL}", "run", "--design", "vhe", "--guest", "misbehave", "--append", "how=undefined", "--trace", "off",
                        "--out", support.new_folder())
        self.expect(done, "its console could not be written", status=1)

    def test_json_of_a_run(self):
        self.expect(in_shell(f">{FULL}", *RUN, "--out", support.new_folder(), "--json"), "standard output: No space left on device")

    def test_a_reader_that_has_had_enough_changes_nothing(self):
        for arguments, status in ((("doctor", "--json"), 0), ((*RUN, "--out", support.new_folder(), "--json"), 0),
                                  (("run", "--design", "vhe", "--guest", "misbehave", "--append", "how=fail", "--trace", "off", "--json",
                                    "--out", support.new_folder()), 1)):
            with self.subTest(arguments=arguments):
                reading, writing = os.pipe()
                os.close(reading)
                done = ws(*arguments, stdout=writing)
                os.close(writing)
                self.assertEqual(done.returncode, status, done.stderr)
                self.assertNotIn("BrokenPipe", done.stderr)

    def test_nothing_can_be_said_at_all(self):
        for redirections in (f">{FULL} 2>{FULL}", "<&- >&- 2>&-"):
            with self.subTest(redirections=redirections):
                self.assertEqual(in_shell(redirections, "doctor").returncode, BROKE)
                self.assertEqual(in_shell(redirections, "fly").returncode, USAGE)

    def test_what_is_typed_from_a_closed_stream(self):
        self.expect(in_shell("<&-", *RUN, "--out", support.new_folder(), "--stdin", "-"), "standard input is closed", USAGE)


class Folders(Refusals):
    def others(self, mode: int) -> Path:
        """A folder that is another user's. (Without root's help: one that its owner may not use.)"""
        folder = support.new_folder()
        folder.chmod(mode)
        if os.geteuid() == 0:
            os.chown(folder, NOBODYS, NOBODYS)
        return folder

    def test_another_users(self):
        if PLAIN and not shutil.which(PLAIN[0]):
            self.skipTest("no setpriv")
        for mode in (0o555, 0o000):
            folder = self.others(mode)
            for out in (folder, folder / "new"):
                with self.subTest(mode=mode, out=out):
                    self.expect(ws(*RUN, "--out", out, before=PLAIN), "Permission denied")
            with self.subTest(mode=mode, verb="debug"):
                self.expect(ws("debug", "--design", "vhe", "--guest", "hypercall", "--out", folder, before=PLAIN), "Permission denied")

    def test_a_run_that_may_not_be_read(self):
        folder = self.others(0o000)
        self.expect(ws("debug", "--replay", folder, before=PLAIN), "run.json: Permission denied")
        for option in ("--guest", "--stdin", "--disk"):
            with self.subTest(option=option):
                self.expect(ws(*RUN, option, folder / "file", before=PLAIN), "Permission denied", USAGE)

    def test_a_description_that_is_none(self):
        for text in ("[]", "{", '{"options": {"record": true}}', '{"options": []}'):
            with self.subTest(text=text):
                folder = support.new_folder()
                for name in ("run.json", "recording.rr", "snapshots.qcow2"):
                    (folder / name).write_text(text)
                self.expect(ws("debug", "--replay", folder), "make the run anew", USAGE)

    def test_a_working_directory_that_was_deleted(self):
        def there(*arguments: object) -> subprocess.CompletedProcess:
            gone = support.new_folder()
            return ws(*arguments, cwd=gone, preexec_fn=gone.rmdir)
        self.assertEqual(there("doctor").returncode, 0)
        self.assertEqual(there(*RUN, "--out", support.new_folder()).returncode, 0)
        self.expect(there(*RUN, "--out", "here"), "the working directory was deleted")
        self.expect(there("debug", "--replay", "here"), "the working directory was deleted")

    def test_a_name_that_is_not_utf_8(self):
        name = os.fsdecode(b"caf\xe9")
        folder = support.new_folder()
        guest = folder / f"{name}.bin"
        shutil.copyfile(support.ROOT / "build/hyp/guests/hypercall.bin", guest)
        done = ws("run", "--design", "vhe", "--guest", guest, "--append", name, "--out", folder / name)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(name, done.stderr)
        self.expect(ws(*RUN, "--guest", f"./{name}"), f"there is no file ./{name}", USAGE)


class Mounts(Refusals):
    """Each in a mount namespace of its own."""

    def on(self, options: str, *arguments: str) -> subprocess.CompletedProcess:
        place = support.new_folder()
        own = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
        if subprocess.run([*own, "mount", "-t", "tmpfs", "none", place], capture_output=True).returncode:
            self.skipTest("no file system can be mounted here")
        return ws(*arguments, "--out", place, before=(*own, "sh", "-c", f'mount -t tmpfs -o {options} none {place} && exec "$@"', "sh"))

    def test_read_only(self):
        self.expect(self.on("ro", *RUN), "Read-only file system")
        self.expect(self.on("ro", "debug", "--design", "vhe", "--guest", "hypercall"), "Read-only file system")

    def test_no_inodes(self):
        """One more each time, until a run has all that it needs: each file in turn is the one that cannot be made."""
        for inodes in range(1, 5):
            with self.subTest(inodes=inodes):
                self.expect(self.on(f"nr_inodes={inodes}", *RUN), "No space left on device")

    def test_no_blocks(self):
        self.expect(self.on("size=1M", *RUN), "the machine's RAM takes")


class Limits(Refusals):
    def test_of_a_files_size(self):
        for limit in (0, 4096, 1 << 20):
            with self.subTest(limit=limit):
                done = ws(*RUN, "--out", support.new_folder(), preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
                self.expect(done, "File too large; a file may not become so large here (ulimit -f")

    def test_of_time(self):
        for seconds in ("nan", "inf", "-1", "-inf", "1e999", "", "soon"):
            with self.subTest(seconds=seconds):
                self.expect(ws(*RUN, f"--timeout={seconds}"), "--timeout: ", USAGE)

    def test_names_that_are_empty(self):
        for option in ("--out", "--stdin", "--guest", "--disk", "--file"):
            with self.subTest(option=option):
                self.expect(ws(*RUN, f"{option}="), f"{option}: the name is empty", USAGE)
        for option in ("--control", "--serve", "--replay"):
            with self.subTest(option=option):
                self.expect(ws("debug", f"{option}="), f"{option}: the name is empty", USAGE)
        self.expect(ws(*RUN, "--vm", "guest=hypercall,disk="), "disk: the name is empty", USAGE)

    def test_an_image_that_says_it_needs_more_than_there_is(self):
        image = bytearray((support.ROOT / "build/hyp/guests/timer.bin").read_bytes())
        file = support.new_folder() / "large.bin"
        for size in ((1 << 64) - 1, 1 << 63, 65 << 20):
            image[16:24] = size.to_bytes(8, "little")
            file.write_bytes(image)
            for design in ("vhe", "native"):
                with self.subTest(size=size, design=design):
                    done = ws("run", "--design", design, "--guest", file, "--out", support.new_folder())
                    self.expect(done, "has 64 MiB of memory, and", USAGE)
                    self.assertIn("image_size", done.stderr)


if __name__ == "__main__":
    unittest.main()
