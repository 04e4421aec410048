// SPDX-License-Identifier: Apache-2.0
#include "run_page.hpp"

namespace ws {

namespace {

Pa run_page_at{0};

}  // namespace

void set_run_page(Pa at) {
    run_page_at = at;
}

bool run_page_open() {
    return run_page_at.value != 0;
}

trace::RunPage& run_page() {
    return *reinterpret_cast<trace::RunPage*>(run_page_at.value);
}

}  // namespace ws
