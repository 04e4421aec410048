// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace guest {

/// Looks into all of the board's virtio-mmio slots, then starts the console in the ways in which drivers do.
void check_virtio();

}  // namespace guest
