// SPDX-License-Identifier: Apache-2.0
#include "viewer/app/export_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "viewer/app/png_file.hpp"
#include "viewer/model/base/atomic_file.hpp"
#include "viewer/model/operations/run_names.hpp"
#include "viewer/report/comparison_report.hpp"

namespace ws::app {
namespace {

/// What the exports of these runs are called: by the runs' folders, and where two folders have the same name, by as
/// much of their paths as tells them apart.
std::string stem_of(const view::Session& session) {
    std::vector<const model::Run*> runs;
    std::vector<std::string> names;
    for (int side = 0; side < session.count(); ++side) {
        runs.push_back(&session.run(side));
        names.push_back(model::run_folder(session.run(side)).filename().string());
    }
    const std::vector<std::string> added = model::names_apart(runs, names);
    std::string stem = "worldswitch";
    for (std::size_t side = 0; side < runs.size(); ++side) {
        std::string name = names[side];
        if (!added[side].empty()) name = added[side].substr(2, added[side].size() - 3);  // without " (" and ")"
        std::replace(name.begin(), name.end(), '/', '-');
        stem += "-" + name;
    }
    return stem;
}

/// Several files, of which each is written even if another one cannot be.
class Exports {
  public:
    explicit Exports(std::filesystem::path folder) : folder_(std::move(folder)) {}

    void add(const std::string& name, const std::function<void(const std::string& file)>& make) {
        try {
            make((folder_ / name).string());
            written_ += "\n    " + name;
        } catch (const std::exception& error) {
            failed_ += fmt::format("{}{}", failed_.empty() ? "" : "\n", error.what());
        }
    }
    std::string told() const {
        if (written_.empty()) return failed_;
        return fmt::format("Written into {}:{}{}{}", folder_.string(), written_, failed_.empty() ? "" : "\n", failed_);
    }

  private:
    std::filesystem::path folder_;
    std::string written_;
    std::string failed_;
};

}  // namespace

std::string export_files(const view::Session& session, const view::State& state, const Pixels& picture) {
    std::error_code error;
    const std::filesystem::path folder = std::filesystem::current_path(error);
    if (error) return "The current folder is not there any more: " + error.message();
    Exports exports(folder);
    const std::string stem = stem_of(session);
    const char* tab = view::kTabs[static_cast<std::size_t>(state.tab)].name;
    exports.add(fmt::format("{}-{}.png", stem, tab),
                [&](const std::string& file) { write_png(file, picture.width, picture.height, picture.rgb); });
    if (!session.two()) return exports.told() + "\nWith one run there is nothing to compare: the picture is all.";
    const report::Json report =
        report::comparison_report(session.run(0), session.run(1), session.comparison(), state.cost_model.profile);
    exports.add(stem + ".md",
                [&](const std::string& file) { model::write_atomically(file, report::markdown_of(report)); });
    exports.add(stem + ".html",
                [&](const std::string& file) { model::write_atomically(file, report::html_of(report)); });
    exports.add(stem + ".json",
                [&](const std::string& file) { model::write_atomically(file, report::text_of(report)); });
    return exports.told();
}

}  // namespace ws::app
