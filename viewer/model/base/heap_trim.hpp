// SPDX-License-Identifier: Apache-2.0
// Loading a trace needs more memory for a while than the run keeps.
#pragma once

namespace ws::model {

/// Gives the memory that was freed back to the operating system, which glibc would keep for what comes next. It takes
/// some milliseconds: for the end of large work.
void trim_heap();

}  // namespace ws::model
