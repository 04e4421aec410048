// SPDX-License-Identifier: Apache-2.0
// The page that the window opens with: the runs that are there, and a run to be made now.
#pragma once

#include <deque>
#include <iterator>

#include "viewer/model/base/checkout.hpp"
#include "viewer/model/notes_and_tours/tour.hpp"
#include "viewer/model/trace/run_list.hpp"
#include "viewer/views/draw/canvas.hpp"
#include "viewer/views/shared/request.hpp"

namespace ws::view {

/// The designs that a run can be made on, in the order of their keys: ours, then those that are fetched.
inline constexpr const char* kStartDesigns[] = {"split", "el2", "vhe", "kvm-nvhe", "kvm-vhe", "xen"};
inline constexpr unsigned kOwnStartDesigns = 3;

/// What a key does on the start page.
enum class StartKey : unsigned char { up, down, mark, open, left, right, run, demo };

/// What goes on while the page is there.
struct StartNews {
    bool running = false;                              ///< a run is being made
    const std::deque<std::string>* printed = nullptr;  ///< what it says
    bool can_leave = false;                            ///< there are open runs to go back to
};

class StartPage {
  public:
    StartPage(model::Checkout checkout, Requests& requests) : checkout_(std::move(checkout)), requests_(requests) {
        refresh();
    }

    /// Looks again which runs and guests there are.
    void refresh();
    void act(StartKey key);
    void toggle_design(unsigned design);
    void draw(const Theme& theme, const StartNews& news);

    const model::Checkout& checkout() const { return checkout_; }
    std::string problem;  ///< what went wrong last

  private:
    void draw_title(const Theme& theme, Canvas& canvas, Rect row, const StartNews& news);
    void draw_runs(const Theme& theme, const Rect& area);
    void draw_run(const Theme& theme, Canvas& canvas, const Rect& line, std::size_t run);
    void draw_tours(const Theme& theme, const Rect& area);
    void draw_open(const Theme& theme, Canvas& canvas, Rect row);
    void draw_run_now(const Theme& theme, const Rect& area, const StartNews& news);
    void draw_designs(const Theme& theme, Canvas& canvas, Rect& rest);
    void draw_guests(const Theme& theme, const Rect& area);
    void toggle(std::size_t run);
    void open();
    void run_now();
    void demo();
    /// Opens the runs that a tour is for, with the tour; makes them first if need be and if that is all it takes.
    void take_tour(const model::Tour& tour);
    /// The newest run of this design that a tour may be for, and that succeeded.
    const model::RunInfo* run_of(const std::string& design, const std::string& guest) const;

    model::Checkout checkout_;
    Requests& requests_;
    std::vector<model::RunInfo> runs_;
    std::vector<std::string> guests_;
    std::vector<model::Tour> tours_;
    std::vector<std::size_t> marked_;  ///< runs, in the order in which they were marked
    std::size_t at_ = 0;               ///< the run that the keys are at
    bool designs_[std::size(kStartDesigns)] = {true, false, true};
    std::size_t guest_ = 0;
    bool follow_ = false;  ///< the list is to bring `at_` into view
};

}  // namespace ws::view
