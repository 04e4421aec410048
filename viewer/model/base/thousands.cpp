// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/base/thousands.hpp"

namespace ws::model {

std::string thousands(u64 value) {
    std::string text = std::to_string(value);
    for (std::size_t place = text.size(); place > 3;) {
        place -= 3;
        text.insert(place, 1, ',');
    }
    return text;
}

}  // namespace ws::model
