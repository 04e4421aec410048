# SPDX-License-Identifier: Apache-2.0
"""Each check finds what it forbids, says where, and lets pass what is near it."""

import unittest
from unittest import mock

from small_tree import CHECKS, ROOT, SPDX, SmallTree
from wslib.style import formatting
from wslib.style.finding import NotChecked

NEEDS = ()  # nothing is built for it

TABLE = '''SYSREG(HCR_EL2, 3, 4, 1, 1, 0, trap_config, same, "what traps",
    FIELD(TGE, 27, 27, "exceptions of EL0 go to EL2")
    FIELD(TWI, 13, 13, "WFI traps"))
SYSREG(CPTR_EL2, 3, 4, 1, 1, 2, trap_config, same, "what traps of features",
    FIELD_E2H0(TTA, 20, 20, "trace registers trap") FIELD_E2H1(TTA, 28, 28, "trace registers trap"))
'''


class Formatting(SmallTree):
    CHECK = "formatting"
    CONFIGURATION = "BasedOnStyle: Google\nIndentWidth: 4\nAllowShortFunctionsOnASingleLine: None\n"

    def look(self, text: str) -> list[str]:
        try:
            return self.found({".clang-format": self.CONFIGURATION, "hyp/a.cpp": text})
        except NotChecked as reason:
            self.skipTest(f"not checked: {reason}")

    def test_code_in_another_format(self):
        self.assert_one(self.look("int f();\n\nint  g();\n"), "hyp/a.cpp:3", "clang-format-19 -i hyp/a.cpp")

    def test_code_in_the_format(self):
        self.assertEqual(self.look("int f() {\n    return 1;\n}\n"), [])

    def test_without_the_program(self):
        with mock.patch.object(formatting.shutil, "which", return_value=None):
            self.assertRaisesRegex(NotChecked, "scripts/install --tests", self.found, {"hyp/a.cpp": "int  a;\n"})


class CommentWidth(SmallTree):
    CHECK = "comment_width"

    def test_a_comment_that_is_too_wide(self):
        for name, begin in (("a.S", "// "), ("a.def", "    // "), ("a.py", "# ")):
            with self.subTest(name):
                wide, fits = begin + "x" * (121 - len(begin)), begin + "x" * (120 - len(begin))
                self.assert_one(self.found({f"hyp/{name}": f"{fits}\n{wide}\n"}), f"hyp/{name}:2", "121")

    def test_a_row_is_no_comment(self):
        self.assertEqual(self.found({"hyp/a.def": f'ROW("{"x" * 200}")\n'}), [])


class UniqueNames(SmallTree):
    CHECK = "unique_names"

    def test_a_second_file_of_a_name(self):
        self.assert_one(self.found({"hyp/console.hpp": "", "viewer/console.hpp": ""}), "viewer/console.hpp:1",
                        "hyp/console.hpp")

    def test_what_may_have_the_same_name(self):
        self.assertEqual(self.found({"hyp/world_switch/vhe/start.cpp": "", "hyp/world_switch/el2/start.cpp": "",
                                     "guests/a/main.cpp": "", "guests/b/main.cpp": "", "hyp/start.hpp": ""}), [])

    def test_a_designs_file_and_one_from_elsewhere(self):
        self.assertEqual(len(self.found({"hyp/world_switch/vhe/start.cpp": "", "hyp/boot/start.cpp": ""})), 1)


class Preprocessor(SmallTree):
    CHECK = "preprocessor"

    def test_a_condition_outside_of_its_folder(self):
        for condition in ("#if LEVEL > 1", "#ifndef LEVEL", "  # ifdef LEVEL"):
            with self.subTest(condition):
                self.assert_one(self.found({"hyp/a.hpp": f"int a;\n{condition}\n#endif\n"}), "hyp/a.hpp:2", condition.strip())

    def test_where_it_may_stand(self):
        self.assertEqual(self.found({"hyp/arch/hw/a.hpp": "#if LEVEL\n#endif\n", "hyp/b.hpp": "// #if LEVEL\n"}), [])


class NamesOfTests(SmallTree):
    CHECK = "names_of_tests"

    def test_a_test_whose_name_does_not_say_so(self):
        self.assert_one(self.found({"tests/unit/test_a.cpp": '\nTEST_CASE("a") {}\n'}), "tests/unit/test_a.cpp:2", "*_test.cpp")
        self.assert_one(self.found({"tests/qemu/a.py": "class A:\n    def test_a(self): pass\n"}), "tests/qemu/a.py:2", "test_*.py")

    def test_a_name_without_a_test(self):
        self.assert_one(self.found({"tests/fuzz/a_fuzzer.cpp": "int a;\n"}), "tests/fuzz/a_fuzzer.cpp:1", "has no fuzzer")

    def test_what_has_its_name(self):
        self.assertEqual(self.found({"tests/unit/a_test.cpp": 'TEST_CASE("a") {}\n', "tests/unit/a.cpp": "int a;\n"}), [])


class LicenceLines(SmallTree):
    CHECK = "licence_lines"

    def test_a_file_without(self):
        self.assert_one(self.found({"hyp/a.cpp": "int a;\n", "hyp/b.cpp": SPDX}), "hyp/a.cpp:1", "SPDX-License-Identifier")


class RegistersOnce(SmallTree):
    CHECK = "registers_once"

    def look(self, table: str) -> list[str]:
        return self.found({"hyp/arch/sysregs.def": table})

    def test_the_table(self):
        self.assertEqual(self.look(TABLE), [])

    def test_a_register_in_a_second_row(self):
        self.assert_one(self.look(TABLE + 'SYSREG(HCR_EL2, 3, 4, 1, 1, 3, other, same, "again")\n'), "hyp/arch/sysregs.def:6", "HCR_EL2")

    def test_an_encoding_in_a_second_row(self):
        self.assert_one(self.look(TABLE + 'SYSREG(HSTR_EL2, 3, 4, 1, 1, 0, other, same, "again")\n'), "hyp/arch/sysregs.def:6", "3,4,1,1,0")

    def test_a_field_twice(self):
        self.assert_one(self.look(TABLE.replace("FIELD(TWI", "FIELD(TGE")), "hyp/arch/sysregs.def:3", "TGE")

    def test_a_name_that_is_not_arms(self):
        self.assert_one(self.look(TABLE.replace("E2H1(TTA", "E2H1(TTA_E2H1")), "hyp/arch/sysregs.def:5", "TTA_E2H1")


class RegisterEncodings(SmallTree):
    CHECK = "register_encodings"

    def test_an_encoding(self):
        self.assert_one(self.found({"hyp/a.cpp": '\nasm("msr S3_0_C12_C12_1, x0");\n'}), "hyp/a.cpp:2", "S3_0_C12_C12_1")
        self.assert_one(self.found({"hyp/a.cpp": "auto e = SysregEncoding{2, 0, 1, 4, 4};\n"}), "hyp/a.cpp:1", "SysregEncoding{2")

    def test_where_it_may_stand(self):
        self.assertEqual(self.found({"hyp/arch/hw/a.hpp": 'asm("msr S3_0_C12_C12_1, x0");\n',
                                    "hyp/b.cpp": "// S3_0_C12_C12_1\n",
                                    "guests/c.S": "mrs x0, S3_0_C15_C2_0\n"}), [])


class RegisterBits(SmallTree):
    CHECK = "register_bits"

    def look(self, code: str, name: str = "hyp/a.cpp") -> list[str]:
        return self.found({"hyp/arch/sysregs.def": TABLE, name: code})

    def test_a_bit_written_again(self):
        self.assert_one(self.look("\nconstexpr u64 kHcrTge = 1ULL << 27;\n"), "hyp/a.cpp:2", "kHcrTge", "HCR_EL2")
        self.assert_one(self.look("constexpr u64 kOther = 3, kTwi = 1 << 13;\n"), "hyp/a.cpp:1", "kTwi", "HCR_EL2.TWI")
        self.assert_one(self.look("#define HCR_TGE (1 << 27)\n", "hyp/a.h"), "hyp/a.h:1", "HCR_TGE")
        self.assert_one(self.look("HCR_TGE = 1 << 27\n", "scripts/a.py"), "scripts/a.py:1", "HCR_TGE")

    def test_what_comes_from_the_table(self):
        self.assertEqual(self.look("constexpr u64 kHcrTge = reg::HCR_EL2::TGE.mask();\nconstexpr u64 kOther = 1 << 27;\n"), [])


class PstateModes(SmallTree):
    CHECK = "pstate_modes"

    def test_a_mode(self):
        self.assert_one(self.found({"hyp/a.cpp": "\nconstexpr u64 kEl1h = 5;\n"}), "hyp/a.cpp:2", "kEl1h = 5")
        self.assert_one(self.found({"guests/a.cpp": "frame.pstate = 0x3c5;\n"}), "guests/a.cpp:1", "0x3c5")

    def test_where_it_may_stand(self):
        self.assertEqual(self.found({"hyp/arch/pstate.hpp": "constexpr u64 kEl1h = 5;\n", "hyp/b.cpp": "f(0x3c50);\n"}), [])


class ScriptRooms(SmallTree):
    CHECK = "script_rooms"

    def test_a_room_that_takes_from_one_above(self):
        self.assert_one(self.found({"scripts/wslib/machine/a.py": "import os\nfrom ..run.b import c\n"}), "scripts/wslib/machine/a.py:2",
                        "machine takes from run")
        self.assert_one(self.found({"scripts/wslib/a.py": "from .bench.b import c\n"}), "scripts/wslib/a.py:1", "takes from bench")
        self.assert_one(self.found({"scripts/wslib/run/a.py": "from wslib.bench import c\n"}), "scripts/wslib/run/a.py:1")

    def test_a_room_that_takes_from_below(self):
        self.assertEqual(self.found({"scripts/wslib/run/a.py": "from .b import c\nfrom ..machine.d import e\nfrom ..paths import f\n"}), [])


class EachCheck(unittest.TestCase):
    def test_has_tests(self):
        tested = {cls.CHECK for cls in SmallTree.__subclasses__()}
        tested |= {file.stem.removeprefix("test_") for file in (ROOT / "tests/style").glob("test_*.py")}
        self.assertEqual(set(CHECKS) - tested, set(), "checks of scripts/wslib/style that no test has seen fail")

    def test_is_told_of(self):
        told = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
        self.assertEqual([name for name in CHECKS if f"| `{name}` |" not in told], [], "checks that CONTRIBUTING.md does not name")
