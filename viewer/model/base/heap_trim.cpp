// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/base/heap_trim.hpp"

#include <malloc.h>

namespace ws::model {

void trim_heap() {
    malloc_trim(0);
}

}  // namespace ws::model
