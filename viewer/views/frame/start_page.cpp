// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/frame/start_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "viewer/views/shared/tabs.hpp"

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
    tours_ = model::load_tours(kTabNames);
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
        case StartKey::mark: return toggle(at_);
        case StartKey::open:
            if (marked_.empty()) toggle(at_);
            return open();
        case StartKey::left:
            if (guest_ > 0) --guest_;
            return;
        case StartKey::right:
            if (guest_ + 1 < guests_.size()) ++guest_;
            return;
        case StartKey::run: return run_now();
        case StartKey::demo: return demo();
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

const model::RunInfo* StartPage::run_of(const std::string& design, const std::string& guest) const {
    const auto run = std::find_if(runs_.begin(), runs_.end(), [&](const model::RunInfo& one) {
        return one.success && one.design == design && (guest.empty() || one.guest == guest);
    });
    return run == runs_.end() ? nullptr : &*run;
}

void StartPage::take_tour(const model::Tour& tour) {
    if (tour.designs[0].empty() || tour.designs[1].empty()) {
        problem = "this tour is for any two runs: open two, then U begins it";
        return;
    }
    Request open{Request::What::open};
    open.tour = tour.file;
    std::string missing;
    for (const std::string& design : tour.designs) {
        const model::RunInfo* const run = run_of(design, tour.guest);
        if (run != nullptr) open.folders.push_back(run->folder);
        if (run == nullptr && missing.empty()) missing = design;
    }
    if (missing.empty()) return requests_.ask(std::move(open));
    if (!tour.options.empty() || tour.guest.empty()) {
        problem = fmt::format("this tour needs a run: scripts/ws run --design {} --guest {} {}", missing,
                              tour.guest.empty() ? "GUEST" : tour.guest, tour.options);
        return;
    }
    Request run{Request::What::run};
    run.guest = tour.guest;
    run.designs.assign(std::begin(tour.designs), std::end(tour.designs));
    run.tour = tour.file;
    requests_.ask(std::move(run));
}

}  // namespace ws::view
