// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/frame/start_page.hpp"

#include <algorithm>
#include <iterator>

namespace ws::view {
namespace {

constexpr const char* kDemoGuest = "hypercall";
constexpr const char* kDemoDesigns[] = {"split", "vhe"};

}  // namespace

void StartPage::refresh() {
    const std::size_t runs_before = runs_.size();
    std::vector<std::filesystem::path> marked;
    for (const std::size_t run : marked_) marked.push_back(runs_[run].folder);
    const std::string guest = guest_ < guests_.size() ? guests_[guest_] : kDemoGuest;
    runs_ = model::list_runs(checkout_.runs());
    guests_ = checkout_.guests();
    marked_.clear();
    for (const auto& folder : marked) {
        for (std::size_t run = 0; run < runs_.size(); ++run) {
            if (runs_[run].folder == folder) marked_.push_back(run);
        }
    }
    const auto found = std::find(guests_.begin(), guests_.end(), guest);
    guest_ = found == guests_.end() ? 0 : static_cast<std::size_t>(found - guests_.begin());
    if (at_ >= runs_.size() || runs_.size() != runs_before) at_ = 0;
}

void StartPage::act(StartKey key) {
    follow_ = true;
    switch (key) {
        case StartKey::up:
            if (at_ > 0) --at_;
            return;
        case StartKey::down:
            if (at_ + 1 < runs_.size()) ++at_;
            return;
        case StartKey::mark:
            return toggle(at_);
        case StartKey::open:
            if (marked_.empty()) toggle(at_);
            return open();
        case StartKey::left:
            if (guest_ > 0) --guest_;
            return;
        case StartKey::right:
            if (guest_ + 1 < guests_.size()) ++guest_;
            return;
        case StartKey::run:
            return run_now();
        case StartKey::demo:
            return demo();
    }
}

void StartPage::toggle_design(unsigned design) {
    if (design < std::size(designs_)) designs_[design] = !designs_[design];
}

void StartPage::toggle(std::size_t run) {
    if (run >= runs_.size()) return;
    at_ = run;
    const auto found = std::find(marked_.begin(), marked_.end(), run);
    if (found == marked_.end()) {
        marked_.push_back(run);
    } else {
        marked_.erase(found);
    }
}

void StartPage::open() {
    if (marked_.empty()) return;
    Request open{Request::What::open};
    for (const std::size_t run : marked_) open.folders.push_back(runs_[run].folder);
    marked_.clear();
    requests_.ask(std::move(open));
}

void StartPage::run_now() {
    if (guest_ >= guests_.size()) return;
    Request run{Request::What::run};
    run.guest = guests_[guest_];
    for (std::size_t i = 0; i < std::size(designs_); ++i) {
        if (designs_[i]) run.designs.emplace_back(kStartDesigns[i]);
    }
    if (!run.designs.empty()) requests_.ask(std::move(run));
}

void StartPage::demo() {
    Request open{Request::What::open};
    for (const char* design : kDemoDesigns) {
        const auto run = std::find_if(runs_.begin(), runs_.end(), [this, design](const model::RunInfo& one) {
            return one.success && one.folder == checkout_.run_folder(design, kDemoGuest);
        });
        if (run != runs_.end()) open.folders.push_back(run->folder);
    }
    if (open.folders.size() == std::size(kDemoDesigns)) return requests_.ask(std::move(open));
    Request run{Request::What::run};
    run.guest = kDemoGuest;
    run.designs.assign(std::begin(kDemoDesigns), std::end(kDemoDesigns));
    requests_.ask(std::move(run));
}

}  // namespace ws::view
