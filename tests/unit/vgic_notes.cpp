// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/vgic_notes.hpp"

namespace ws::test {

NotesLog notes;

}  // namespace ws::test

namespace ws::vgic {

void note(u32 vcpu, u32 intid, trace::IrqChange change) {
    if (!test::notes.on) return;
#define ENUMERATOR(number, name, meaning) #name,
#define ENUMERATION(type, Type, meaning, ...) \
    [[maybe_unused]] static const char* const names_of_##Type[] = {__VA_ARGS__};
#include "hyp/trace/format/enumerations.def"
#undef ENUMERATION
#undef ENUMERATOR
    test::notes.text += names_of_IrqChange[static_cast<u32>(change)];
    test::notes.text += ' ' + std::to_string(vcpu) + '/' + std::to_string(intid) + ' ';
}

void note_list_register(u32, u32, u64) { test::notes.list_registers++; }

}  // namespace ws::vgic
