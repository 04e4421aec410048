// SPDX-License-Identifier: Apache-2.0
// The board's source of random numbers: QEMU's virtio-rng (VIRTIO 1.2, 5.4).
#pragma once

#include "../arch/types.hpp"

namespace ws {

/// Finds it, if the board has one. Called once, by the kernel.
void open_entropy();

bool has_entropy();

/// Fills `to` with random bytes; the current thread waits for them. False if the board has no source, or it is broken.
bool entropy(u8* to, u32 bytes);

}  // namespace ws
