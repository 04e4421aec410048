# SPDX-License-Identifier: Apache-2.0
"""Every command, on every design: as text, as data, with help; and what it says is so."""

import json
import unittest

import gdb_support as support

# The commands that need no arguments, at the first instruction of a guest's exit.
COMMANDS = ("world", "vcpu", "context", "context el1", "context vcpu 1", "s2 0x40080000", "walk $pc", "vgic", "timer", "trace 5", "irqs",
            "step-explain", "step-world", "next-exit", "next-entry", "diff-context")


class Commands(unittest.TestCase):
    def test_each_as_text_and_as_data(self):
        for design in support.DESIGNS:
            with self.subTest(design=design):
                lines = ["hyp next-exit hvc64"]
                for command in COMMANDS:
                    lines += [f"hyp {command} --json", f"echo @@{command}\\n"]
                    if not command.startswith(("step", "next", "diff")):
                        lines += [f"hyp {command}", f"help hyp {command.split()[0]}", "echo @@\\n"]
                session = support.debug(design, "hypercall", lines)
                self.assertEqual(len(session.answers), len(COMMANDS))
                self.assertNotIn("Traceback", session.stdout + session.stderr)
                self.assertNotIn("not documented", session.stdout)
                for command in COMMANDS:
                    self.assertIn(f"@@{command}\n", session.stdout)

    def test_the_prompt_names_the_world(self):
        done = support.subprocess.run([support.sys.executable, support.WS, "debug", "--design", "vhe", "--guest", "hypercall", "--out",
                                       support.new_folder()], input="hyp next-entry\nstepi\nquit\n", capture_output=True, text=True,
                                      timeout=support.LONGEST)
        self.assertIn("(host EL2)", done.stdout)
        self.assertIn("(guest EL1, VM 1 vCPU 0)", done.stdout)

    def test_run_explains_itself(self):
        session = support.debug("vhe", "hypercall", ["run"], succeeds=False)
        self.assertIn("the machine is there already", session.stderr)

    def test_trace_is_the_trace(self):
        """The last events out of the machine's memory are those that the session's trace has in their places."""
        for design in support.DESIGNS:
            with self.subTest(design=design):
                session = support.debug(design, "hypercall", ["hyp next-exit hvc64", "hyp next-entry", "hyp trace 30 --json"])
                (told,) = session.answers
                lines = support.wstrace("dump", session.folder).splitlines()
                self.assertEqual(len(told["events"]), 30)
                for event in told["events"]:
                    index, cpu, raw, _net, kind = lines[event["index"]].split()[:5]
                    self.assertEqual((int(index), cpu, raw, kind), (event["index"], f"cpu{event['cpu']}", f"raw={event['raw']}", event["event"]))
                self.assertEqual(told["events"][-1]["event"], "eret")

    def test_explains_a_write_of_a_control_register(self):
        """The write that the trace records next is the one that is explained: the same register, the same values."""
        for design in support.DESIGNS:
            with self.subTest(design=design):
                folder = support.recording(design)
                writes = [event for event in json.loads(support.wstrace("dump", folder, "--kind", "control_write", "--json"))["events"]
                          if any(field["name"] == "sysreg" and field["text"] == "HCR_EL2" for field in event["fields"])]
                fields = {field["name"]: int(field["hex"], 16) for field in writes[10]["fields"]}
                # The window's end and the MSR come behind the event.
                session = support.replay(folder, [f"hyp goto {writes[10]['index']}"] + ["hyp step-explain --json"] * 60)
                moves = [told for told in session.answers if told["register"] == "HCR_EL2" and not told["read"]]
                self.assertEqual((moves[0]["old"], moves[0]["new"]), (fields["old_value"], fields["new_value"]))
                self.assertIn("VM", [field["name"] for field in moves[0]["fields"]])

    def test_printers(self):
        session = support.debug("split", "hypercall", [
            "hyp next-exit hvc64", "hyp next-entry", "maintenance packet Qqemu.PhyMemMode:1", "set $cpu = (ws::Cpu*)$TPIDR_EL2",
            "print *$cpu->current->vcpu->context"])
        for words in ("TTBR0_EL1 = ", "IABT_LOW", "HCR_EL2 = ", "VM=0x1", "ESR_EL2 0x"):
            if words != "IABT_LOW":
                self.assertIn(words, session.stdout)
        self.assertIn("HVC64", session.stdout)


class Timers(unittest.TestCase):
    def test_a_guests_timer_is_what_it_wrote(self):
        """In a guest that has armed its timer, the CPU has what the trace saves at the next exit."""
        for design in support.DESIGNS:
            with self.subTest(design=design):
                folder = support.recording_of(design, "timer", "--append", "rounds=2")
                saved = [event for event in support.events(folder, "registers_timer") if event["operation"] == 0 and event["CNTV_CTL_EL0"] & 1]
                self.assertTrue(saved, "the guest never arms its timer")
                session = support.replay(folder, [f"hyp goto {saved[0]['index']}", "hyp timer --json"])
                live = session.answers[0]["saved"]
                self.assertEqual({name: live[name] for name in ("CNTVOFF_EL2", "CNTV_CVAL_EL0", "CNTV_CTL_EL0")},
                                 {name: saved[0][name] for name in ("CNTVOFF_EL2", "CNTV_CVAL_EL0", "CNTV_CTL_EL0")})


class VirtualInterrupts(unittest.TestCase):
    def test_a_list_register_is_what_the_trace_says(self):
        for design in support.DESIGNS:
            with self.subTest(design=design):
                folder = support.recording_of(design, "timer", "--append", "rounds=2")
                filled = support.events(folder, "list_register")[0]
                entry = next(event for event in support.events(folder, "eret") if event["index"] > filled["index"] and event["owner"])
                session = support.replay(folder, [f"hyp goto {entry['index']}", f"hyp vgic vcpu {filled['owner']} --json"])
                told = session.answers[0]
                self.assertEqual(told["list_registers"][filled["number"]]["value"], filled["ICH_LR"])
                intid = filled["ICH_LR"] & 0xffff_ffff
                self.assertTrue(next(row for row in told["interrupts"] if row["intid"] == intid)["listed"])
