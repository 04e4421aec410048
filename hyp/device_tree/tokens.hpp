// SPDX-License-Identifier: Apache-2.0
// The structure of a flattened device tree (Devicetree Specification v0.4, 5.2 and 5.4.1).
#pragma once

#include "../arch/types.hpp"

namespace ws::device_tree {

inline constexpr u32 kMagic = 0xd00d'feed;
inline constexpr u32 kHeaderBytes = 40;
inline constexpr u32 kVersion = 17;
inline constexpr u32 kLastCompatibleVersion = 16;

inline constexpr u32 kBeginNode = 1;
inline constexpr u32 kEndNode = 2;
inline constexpr u32 kProperty = 3;
inline constexpr u32 kNop = 4;
inline constexpr u32 kEnd = 9;

}  // namespace ws::device_tree
