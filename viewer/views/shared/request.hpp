// SPDX-License-Identifier: Apache-2.0
// What the person asks for that no view can do by itself. A view leaves a wish; the program grants it between two
// frames.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ws::view {

struct Request {
    enum class What : unsigned char {
        compare,     ///< show the open runs `a` and `b`
        close,       ///< forget the open run `a`
        start_page,  ///< open or run more
        open,        ///< load `folders` and show them
        run,         ///< run `guest` on each of `designs` now, and open what comes
        escape       ///< give up a load or a run that goes on; if there is none, go back from the start page
    };
    What what;
    int a = 0;
    int b = -1;  ///< -1: none, `a` is shown alone
    std::vector<std::filesystem::path> folders{};
    std::vector<std::string> designs{};
    std::string guest{};
};

}  // namespace ws::view
