// SPDX-License-Identifier: Apache-2.0
// What the person asks for that no view can do by itself. A view leaves a request; the program grants it between two
// frames.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace ws::view {

struct Request {
    enum class What : unsigned char {
        compare,       ///< show the open runs `a` and `b`
        close,         ///< forget the open run `a`
        start_page,    ///< open or run more
        open,          ///< load `folders` and show them
        run,           ///< run `guest` on each of `designs` now, and open what comes
        escape,        ///< give up a load or a run that goes on; if there is none, go back from the start page
        debug,         ///< bring GDB to the selected event
        export_files,  ///< write the next frame as a picture, with the report
        quit
    };
    What what;
    int a = 0;
    int b = -1;  ///< -1: none, `a` is shown alone
    std::vector<std::filesystem::path> folders{};
    std::vector<std::string> designs{};
    std::string guest{};
    std::string tour{};  ///< the file of a tour to begin once both its runs are open
};

/// All that was asked for and not granted yet, in order.
class Requests {
  public:
    void ask(Request request) { asked_.push_back(std::move(request)); }
    std::vector<Request> take() { return std::exchange(asked_, {}); }

  private:
    std::vector<Request> asked_;
};

}  // namespace ws::view
