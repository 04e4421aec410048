// SPDX-License-Identifier: Apache-2.0
// A run for other programs: as a table, as a database, and for Perfetto.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "viewer/model/operations/run.hpp"

namespace ws::model {

/// Takes the text of an export piece by piece.
using Sink = std::function<void(const std::string&)>;

/// Comma-separated values (RFC 4180): a line with the columns' names, then one line an event.
void export_csv(const Trace& trace, const Sink& sink);

/// An SQLite database with the tables and views of sqlite_schema.def. Throws TraceError where it cannot be written.
void export_sqlite(const Run& run, const std::filesystem::path& to, const Progress& progress = {});

/// JSON in the Trace Event Format, which Perfetto and chrome://tracing import. An instruction of the net clock is shown
/// as a nanosecond. Each CPU has a track of worlds and one of steps, each vCPU one of what it trapped for; interrupts
/// are flows from raised to ended; a counter says how many operations each vCPU has done.
void export_perfetto(const Run& run, const Sink& sink);

}  // namespace ws::model
