// SPDX-License-Identifier: Apache-2.0
#include "machine_report.hpp"

#include "../arch/syndrome.hpp"
#include "../base/print.hpp"

namespace ws {

void print_syndrome(const char* name, u64 esr) {
    const u8 ec = static_cast<u8>(ec_of(esr));
    const ExceptionClassInfo* row = find_exception_class(ec);
    if (row == nullptr) {
        print("  ", name, " ", hex(esr, 8), ": EC ", hex(ec, 2), ", not in the table\n");
        return;
    }
    print("  ", name, " ", hex(esr, 8), ": EC ", hex(ec, 2), " ", row->name, ", ", row->meaning, "\n");
    for (const IssFieldInfo& field : kIssFields) {
        if (__builtin_strcmp(field.iss_format, row->iss_format) != 0) continue;
        print("    ", field.name, " = ", hex(field.bits.get(esr)), "  ", field.meaning, "\n");
    }
}

void print_general_registers(const u64* x) {
    for (unsigned i = 0; i < 31; ++i) {
        print(i % 4 == 0 ? "  x" : " x", i, i < 10 ? "  " : " ", hex(x[i], 16), i % 4 == 3 ? "\n" : "");
    }
    print("\n");
}

}  // namespace ws
