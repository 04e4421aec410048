// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/base/heap_trim.hpp"

#include <malloc.h>

namespace ws::model {

void give_back_freed_memory() {
    malloc_trim(0);
}

}  // namespace ws::model
