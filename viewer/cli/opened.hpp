// SPDX-License-Identifier: Apache-2.0
// How every verb opens a trace: what is damaged in it is told on standard error, and in the data that is printed.
#pragma once

#include "viewer/model/operations/run.hpp"
#include "viewer/report/figures.hpp"
#include "viewer/report/model_json.hpp"

namespace ws::cli {

/// Both throw as Trace::load() and Run::load() do.
model::Trace open_trace(const std::string& folder);
model::Run open_run(const std::string& folder);
/// `split · hypercall; ended: the guest succeeded`
std::string told(const model::Run& run);
/// What is damaged in the traces that were opened, a sentence each with the trace's folder before it.
const std::vector<std::string>& damage_of_opened();

}  // namespace ws::cli
