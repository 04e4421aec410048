// SPDX-License-Identifier: Apache-2.0
// `wstrace export`: a trace for other programs.
#pragma once

#include <string>

namespace ws::cli {

struct ExportArguments {
    std::string trace;
    std::string perfetto;  ///< file to write; empty for none
    std::string csv;       ///< the same
    std::string sqlite;    ///< the same
};
int export_command(const ExportArguments& arguments);

}  // namespace ws::cli
