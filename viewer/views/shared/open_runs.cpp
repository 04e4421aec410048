// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/shared/open_runs.hpp"

#include <algorithm>

#include "viewer/model/operations/run_names.hpp"

namespace ws::view {

std::vector<model::SharedRun> OpenRuns::compared() const {
    std::vector<model::SharedRun> runs{all[static_cast<std::size_t>(a)].run};
    if (b >= 0) runs.push_back(all[static_cast<std::size_t>(b)].run);
    return runs;
}

std::string OpenRuns::apart(int run) const {
    std::vector<const model::Run*> runs;
    std::vector<std::string> titles;
    for (const OpenRun& open : all) {
        runs.push_back(open.run.get());
        titles.push_back(open.run->title());
    }
    return model::names_apart(runs, titles)[static_cast<std::size_t>(run)];
}

int OpenRuns::find(const std::filesystem::path& folder) const {
    for (int i = 0; i < count(); ++i) {
        const std::filesystem::path& path = (*this)[i].trace.path();
        if (path == folder || path == folder / "trace") return i;
    }
    return -1;
}

void OpenRuns::put(OpenRun run) {
    const int place = find(run.run->trace.path());
    if (place >= 0) {
        all[static_cast<std::size_t>(place)] = std::move(run);
    } else {
        all.push_back(std::move(run));
    }
}

void OpenRuns::choose(const std::vector<std::filesystem::path>& folders) {
    std::vector<int> chosen;
    for (const std::filesystem::path& folder : folders) {
        if (const int run = find(folder); run >= 0) chosen.push_back(run);
    }
    if (chosen.empty()) return;
    a = chosen[0];
    b = chosen.size() > 1 ? chosen[1] : -1;
}

void OpenRuns::close(int run) {
    all.erase(all.begin() + run);
    const auto moved = [run](int other) { return other > run ? other - 1 : other == run ? -1 : other; };
    a = moved(a);
    b = moved(b);
    if (a < 0) std::swap(a, b);
    a = std::max(a, 0);
}

int OpenRuns::after_b() const {
    for (int step = 1; step <= count(); ++step) {
        const int run = (std::max(b, 0) + step) % count();
        if (run != a && run != b) return run;
    }
    return -1;
}

}  // namespace ws::view
