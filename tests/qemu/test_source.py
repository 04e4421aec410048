# SPDX-License-Identifier: Apache-2.0
"""`wstrace source` on real runs: what addr2line and objdump say of the same instructions, and what it says where it cannot know."""

import json
import os
import shutil
import subprocess
import unittest
from pathlib import Path

import qemu_support as support

TOOLS = "aarch64-linux-gnu-"
RECORDER = ("/hyp/trace/", "/hyp/arch/")


def frames_of(elf: Path, address: int) -> list[tuple[str, int]]:
    """File and line, the innermost first. What addr2line calls the functions depends on what else it was asked."""
    told = subprocess.run([f"{TOOLS}addr2line", "-i", "-f", "-C", "-e", elf, hex(address)], capture_output=True, text=True,
                          check=True).stdout.splitlines()
    frames = []
    for place in told[1::2]:
        file, line = place.split(" ")[0].rsplit(":", 1)
        frames.append((os.path.normpath(file), int(line)))
    return frames


def instruction_of(elf: Path, address: int) -> str:
    told = subprocess.run([f"{TOOLS}objdump", "-d", "--no-show-raw-insn", "-C", f"--start-address={address}", f"--stop-address={address + 4}",
                           elf], capture_output=True, text=True, check=True).stdout
    return told.splitlines()[-1].split(":", 1)[1].split("//")[0].strip().replace("\t", " ")


class Source(unittest.TestCase):
    def source(self, folder: Path, event: int) -> dict:
        return support.wstrace_json("source", folder, event)

    def some_events(self, folder: Path) -> list[int]:
        """One of each kind, from the middle of the run."""
        seen = {}
        for line in support.wstrace("dump", folder).splitlines()[1000:3000]:
            index, _cpu, _raw, _net, kind, *_fields = line.split(None, 5)
            seen.setdefault(kind, int(index))
        return sorted(seen.values())

    def check_design(self, design: str):
        run = support.run(design, "hypercall")
        elves = {Path(image["file"]).stem: Path(image["file"]).with_suffix("")
                 for image in (run.description["hypervisor"], run.description["vms"][0]["image"])}
        events = self.some_events(run.folder)
        self.assertGreater(len(events), 6)
        for event in events:
            told = self.source(run.folder, event)
            for place in told["places"]:
                with self.subTest(event=event, kind=told["kind"], what=place["what"]):
                    for row in [place] if place["problem"] is None else place["either"]:
                        self.check_row(elves[place["image"]], row)
            self.assertTrue(told["places"][0]["problem"] is None or told["places"][0]["either"], told["places"][0])
            self.assertEqual(told["debug"]["shell"], f"scripts/ws debug --design {design} --guest hypercall")
            self.assertFalse(told["debug"]["replays"])

    def check_row(self, elf: Path, row: dict):
        frames = frames_of(elf, row["address"])
        told = [(os.path.normpath(support.ROOT / frame["file"]), frame["line"]) for frame in row["frames"]]
        self.assertEqual(told, frames)
        telling = next(frame for frame in frames if not any(part in frame[0] for part in RECORDER))
        self.assertEqual((str(support.ROOT / row["file"]), row["line"]), telling)
        self.assertEqual(row["instruction"], instruction_of(elf, row["address"]))
        here = next(line for line in row["source"] if line["here"])
        self.assertEqual(here["text"], Path(telling[0]).read_text(encoding="utf-8").splitlines()[telling[1] - 1])

    def test_split(self):
        self.check_design("split")

    def test_el2(self):
        self.check_design("el2")

    def test_vhe(self):
        self.check_design("vhe")

    def test_a_trap_is_at_the_instruction_that_trapped(self):
        folder = support.run("vhe", "hypercall").folder
        found = support.wstrace_json("find", folder, "trap class=HVC64", "--count", 1)
        guest = self.source(folder, found["events"][0]["index"])["places"][1]
        self.assertEqual(guest["instruction"], "hvc #0x0")
        self.assertTrue(guest["file"].startswith("guests/"), guest["file"])

    def test_the_text_has_the_line_and_the_commands(self):
        folder = support.run("split", "hypercall").folder
        found = support.wstrace_json("find", folder, "control_write register=HCR_EL2", "--count", 1)
        text = support.wstrace("source", folder, found["events"][0]["index"])
        self.assertIn("hyp/world_switch/split/enter_exit.cpp:", text)
        self.assertIn("inlined into", text)
        self.assertRegex(text, r"> +\d+ .*write_control<reg::HCR_EL2>")
        self.assertRegex(text, r"> 0x[0-9a-f]+  mrs x\d+, pmccntr_el0")
        self.assertRegex(text, r"hbreak \*0x[0-9a-f]+")

    def test_queries_know_symbols(self):
        folder = support.run("split", "hypercall").folder

        def found(query: str) -> int:
            return support.wstrace_json("find", folder, query, "--count", 0)["found"]
        steps = found('phase_begin text="step=activate_traps"')
        self.assertGreater(steps, 100)
        self.assertEqual(found("phase_begin symbol=activate_traps !symbol=deactivate_traps"), steps)
        self.assertEqual(found("trap vcpu=0 symbol=guest_vector_8"), found("trap vcpu=0 text=lower_el_aarch64_sync"))
        self.assertEqual(found("symbol=no_such_function"), 0)


class Unknown(unittest.TestCase):
    """Where it cannot know, it says why in a sentence, and names no line."""

    def problem(self, folder: Path, **variables: str) -> str:
        done = subprocess.run([support.WSTRACE, "source", folder, "2000", "--json"], capture_output=True, text=True, check=True,
                              env={**os.environ, **variables})
        place = json.loads(done.stdout)["places"][0]
        self.assertIsNone(place.get("line"))
        self.assertEqual(place["either"], [])
        return place["problem"]

    def copy(self) -> Path:
        folder = support.new_folder()
        run = support.run("vhe", "hypercall")
        shutil.copytree(run.trace, folder / "trace")
        shutil.copy(run.folder / "run.json", folder)
        return folder

    def test_without_a_description(self):
        folder = self.copy()
        (folder / "run.json").unlink()
        self.assertIn("has no run.json beside it", self.problem(folder))

    def test_of_another_build(self):
        folder = self.copy()
        told = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        told["hypervisor"]["sha256"] = "0" * 64
        (folder / "run.json").write_text(json.dumps(told), encoding="utf-8")
        self.assertIn("hyp-vhe is of another build than the run", self.problem(folder))
        done = support.call(support.WSTRACE, "find", folder, "symbol=f")
        self.assertEqual(done.returncode, 1)
        self.assertIn("another build", done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1)

    def test_without_a_tool(self):
        tools = support.new_folder()
        (tools / "sha256sum").symlink_to(shutil.which("sha256sum"))
        self.assertEqual(self.problem(self.copy(), PATH=str(tools)),
                         "aarch64-linux-gnu-objcopy is not installed: scripts/ws doctor tells how to mend it")

    def test_of_an_event_that_is_not_there(self):
        done = support.call(support.WSTRACE, "source", support.run("vhe", "hypercall").folder, 99999999)
        self.assertEqual(done.returncode, 1)
        self.assertIn("has no event 99999999", done.stderr)


if __name__ == "__main__":
    unittest.main()
