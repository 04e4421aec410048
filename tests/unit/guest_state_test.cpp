// SPDX-License-Identifier: Apache-2.0
// The table of what becomes of a guest's state: it finds rows by encoding, and what it does not know it does not find.
// That it knows all that sysregs.def has, and nothing twice, the header itself asserts.
#include <string>

#include "hyp/world_switch/guest_state.hpp"
#include "tests/unit/catch.hpp"

using namespace ws;

TEST_CASE("registers of the switched classes need no row", "[guest_state]") {
    CHECK(is_accounted_for(info(SysregId::TTBR0_EL1).encoding));
    CHECK(find_guest_registers(info(SysregId::TTBR0_EL1).encoding) == nullptr);
}

TEST_CASE("a register is found by its encoding, alone or in a range", "[guest_state]") {
    const GuestRegisters* disr = find_guest_registers({3, 0, 12, 1, 1});
    REQUIRE(disr != nullptr);
    CHECK(std::string(disr->name) == "DISR_EL1");
    CHECK(disr->fate == Fate::switched);
    const GuestRegisters* counter = find_guest_registers({3, 3, 14, 9, 3});
    REQUIRE(counter != nullptr);
    CHECK(counter->fate == Fate::hidden);
    CHECK(is_accounted_for({2, 0, 7, 8, 6}));
    const GuestRegisters* partitions = find_guest_registers({3, 0, 10, 4, 4});
    REQUIRE(partitions != nullptr);
    CHECK(std::string(partitions->name) == "MPAMIDR_EL1");
}

TEST_CASE("what the table does not know is not accounted for", "[guest_state]") {
    CHECK_FALSE(is_accounted_for({3, 0, 1, 4, 0}));
    CHECK_FALSE(is_accounted_for({3, 3, 4, 7, 1}));
    CHECK_FALSE(is_accounted_for({2, 3, 0, 9, 0}));
}

TEST_CASE("what is shared says why", "[guest_state]") {
    for (const GuestRegisters& row : kGuestRegisters) {
        INFO(row.name);
        CHECK(std::string(row.why).size() > 2);
    }
}
