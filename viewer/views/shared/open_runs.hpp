// SPDX-License-Identifier: Apache-2.0
// The runs that are open, and which of them are compared.
#pragma once

#include <vector>

#include "viewer/model/operations/run.hpp"

namespace ws::view {

struct OpenRun {
    model::SharedRun run;
    bool live = false;  ///< does it still go on?
};

struct OpenRuns {
    std::vector<OpenRun> all;
    int a = 0;
    int b = -1;  ///< -1: `a` is shown alone

    int count() const { return static_cast<int>(all.size()); }
    const model::Run& operator[](int run) const { return *all[static_cast<std::size_t>(run)].run; }
    /// What is added to a run's title so that it is told from the other open runs of the same title: ` (first)`.
    std::string apart(int run) const;
    /// The runs that are compared, A first.
    std::vector<model::SharedRun> compared() const;
    /// Where the run of a folder is, or of its trace/; -1 if it is not open.
    int find(const std::filesystem::path& folder) const;
    /// Puts a run in the place of an earlier reading of the same trace, or at the end.
    void put(OpenRun run);
    /// Compares the first two of these folders that are open; the same one twice is compared with itself. Of one alone,
    /// what is open beside it stays away.
    void choose(const std::vector<std::filesystem::path>& folders);
    /// Takes a run away. What was compared with it is shown alone, or the first that is left.
    void close(int run);
    /// The run that is to be compared with `a` next: the one after `b`, never `a` itself. -1 if there is no other.
    int after_b() const;
};

}  // namespace ws::view
