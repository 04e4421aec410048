// SPDX-License-Identifier: Apache-2.0
// Work that falls into many parts which have nothing to do with each other, done on all cores.
#pragma once

#include <cstddef>
#include <functional>

namespace ws::model {

/// Calls `work` once for each number below `count`, on several threads at a time, and `tell` now and then on this one
/// with the part that is done, 0 to 1. The first exception of either ends it: no further part is begun, and it is
/// thrown here once no thread works any more. Starting a thread takes as long as `worth_a_thread` of the parts.
void for_each_in_parallel(std::size_t count, const std::function<void(std::size_t)>& work,
                          const std::function<void(double)>& tell, std::size_t worth_a_thread = 16);

}  // namespace ws::model
