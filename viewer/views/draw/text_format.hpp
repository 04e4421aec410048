// SPDX-License-Identifier: Apache-2.0
// How figures and names are written on screen.
#pragma once

#include <string>

#include "viewer/model/operations/operations.hpp"

namespace ws::view {

/// 1,234,567
std::string grouped(u64 value);
/// −1,234 with a minus sign, +1,234 when `plus` is set, else 1,234.
std::string grouped(i64 value, bool plus = false);
/// 3.4× or 12×; empty for 0.
std::string times(double ratio);
/// A hexadecimal number in groups of four digits: 0x0000 0000 4008 0fb0.
std::string hex_groups(const std::string& hex);
/// save_host_el1 -> save host EL1: a table's name as words, registers' families as Arm writes them.
std::string words(const std::string& name);
/// What a part of an operation is called, such as `EL1 state` for el1.
std::string cause_name(const std::string& cause);
/// The same where there is little room, such as `EL1`.
std::string cause_short(const std::string& cause);
/// At most so many bytes of a text, with an ellipsis in place of the rest.
std::string shortened(const std::string& text, std::size_t most);
/// `1 instruction`, `2 instructions`.
std::string counted(u64 count, const char* noun);

}  // namespace ws::view
