// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/base/checkout.hpp"

#include <algorithm>
#include <cstdlib>

namespace ws::model {

namespace fs = std::filesystem;

Checkout Checkout::here() {
    const char* const named = std::getenv("WS_ROOT");
    return {named != nullptr ? fs::path(named) : fs::path(WS_SOURCE)};
}

std::vector<std::string> Checkout::guests() const {
    std::vector<std::string> names;
    std::error_code error;
    const fs::path built = root / "build" / "hyp" / "guests";
    for (fs::directory_iterator file(built, error), end; !error && file != end; file.increment(error)) {
        if (file->path().extension() == ".bin") names.push_back(file->path().stem().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace ws::model
