// SPDX-License-Identifier: Apache-2.0
// How far a long work is, for whoever waits for it.
#pragma once

#include <functional>

namespace ws::model {

/// Called now and then with the part that is done, 0 to 1; on false the work is given up, and Cancelled is thrown.
using Progress = std::function<bool(double)>;
/// Tells how far the work is, where somebody wants to know. Throws Cancelled.
void tell(const Progress& progress, double done);
/// The same progress for a part of the work, which is the stretch from `from` to `to` of the whole. `progress` must
/// outlive it.
Progress part_of(const Progress& progress, double from, double to);

}  // namespace ws::model
