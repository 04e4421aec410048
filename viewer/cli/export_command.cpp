// SPDX-License-Identifier: Apache-2.0
#include "viewer/cli/export_command.hpp"
#include "viewer/cli/opened.hpp"

#include <fmt/format.h>

#include <functional>

#include "viewer/cli/text.hpp"
#include "viewer/model/base/atomic_file.hpp"
#include "viewer/model/export/export.hpp"

namespace ws::cli {
namespace {

void write_file(const std::string& file, const std::function<void(const model::Sink&)>& write) {
    model::AtomicFile out(file);
    write([&out](const std::string& text) { out.write(text); });
    out.finish();
}

}  // namespace

int export_command(const ExportArguments& arguments) {
    const model::Run run = open_run(arguments.trace);
    for (const std::string& file : {arguments.csv, arguments.perfetto, arguments.sqlite}) {
        if (!file.empty()) model::spare_run_files(file, run.trace.path());
    }
    if (!arguments.csv.empty()) {
        write_file(arguments.csv, [&run](const model::Sink& sink) { model::export_csv(run.trace, sink); });
        fmt::print("{}: {} events\n", arguments.csv, thousands(run.trace.events().size()));
    }
    if (!arguments.perfetto.empty()) {
        write_file(arguments.perfetto, [&run](const model::Sink& sink) { model::export_perfetto(run, sink); });
        fmt::print("{}: for https://ui.perfetto.dev, Open trace file; 1 ns there is 1 instruction\n",
                   arguments.perfetto);
    }
    if (!arguments.sqlite.empty()) {
        model::export_sqlite(run, arguments.sqlite);
        fmt::print("{}: {} events and {} operations, for sqlite3 {}\n", arguments.sqlite,
                   thousands(run.trace.events().size()), thousands(run.operations.all().size()), arguments.sqlite);
    }
    return 0;
}

}  // namespace ws::cli
