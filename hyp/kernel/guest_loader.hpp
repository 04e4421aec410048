// SPDX-License-Identifier: Apache-2.0
// Puts a guest's image and device tree into its memory (Linux: Documentation/arm64/booting.rst).
#pragma once

#include "vm.hpp"

namespace ws {

struct GuestEntry {
    Ipa entry;
    Ipa device_tree;
};

/// An arm64 Image goes to its text_offset from the start of RAM, anything else as a flat binary to the start. The device
/// tree goes into the last 64 KiB.
GuestEntry load_guest(Vm& vm, const Module& guest);

}  // namespace ws
