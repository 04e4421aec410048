// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/operations/run_names.hpp"

#include <algorithm>

namespace ws::model {

namespace fs = std::filesystem;

namespace {

/// The last `parts` of a path: `one/first`.
std::string end_of(const fs::path& path, int parts) {
    fs::path end;
    fs::path rest = path;
    for (int part = 0; part < parts && rest.has_filename(); ++part) {
        end = end.empty() ? rest.filename() : rest.filename() / end;
        rest = rest.parent_path();
    }
    return end.string();
}

/// How many of its last parts tell a folder from all of these; of the same folder twice none do.
int parts_that_tell(const fs::path& folder, const std::vector<fs::path>& others) {
    const auto most = static_cast<int>(std::distance(folder.begin(), folder.end()));
    int parts = 1;
    const auto told = [&](const fs::path& other) { return end_of(other, parts) != end_of(folder, parts); };
    while (parts < most && !std::all_of(others.begin(), others.end(), told)) ++parts;
    return parts;
}

}  // namespace

fs::path run_folder(const Run& run) {
    std::error_code error;
    fs::path path = fs::absolute(run.trace.path(), error).lexically_normal();
    if (!path.has_filename()) path = path.parent_path();
    return path.filename() == "trace" ? path.parent_path() : path;
}

std::vector<std::string> names_apart(const std::vector<const Run*>& runs, const std::vector<std::string>& names) {
    std::vector<std::string> added(runs.size());
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const fs::path folder = run_folder(*runs[i]);
        std::vector<fs::path> others;
        for (std::size_t j = 0; j < runs.size(); ++j) {
            if (names[j] == names[i] && run_folder(*runs[j]) != folder) others.push_back(run_folder(*runs[j]));
        }
        if (!others.empty()) added[i] = " (" + end_of(folder, parts_that_tell(folder, others)) + ")";
    }
    return added;
}

std::pair<std::string, std::string> names_of_two(const Run& a, const Run& b) {
    const std::vector<std::string> names = {a.trace.design(), b.trace.design()};
    const std::vector<std::string> added = names_apart({&a, &b}, names);
    return {names[0] + added[0], names[1] + added[1]};
}

}  // namespace ws::model
