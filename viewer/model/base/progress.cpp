// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/base/progress.hpp"

#include "viewer/model/base/error.hpp"

namespace ws::model {

void tell(const Progress& progress, double done) {
    if (progress && !progress(done)) throw Cancelled();
}

Progress part_of(const Progress& progress, double from, double to) {
    if (!progress) return {};
    return [&progress, from, to](double done) { return progress(from + done * (to - from)); };
}

}  // namespace ws::model
