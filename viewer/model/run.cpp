// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/run.hpp"

namespace ws::model {

Run Run::load(const std::filesystem::path& folder, const Progress& progress) {
    static constexpr double kReading = 0.8;  // of the whole; the rest is the two passes below
    Progress part;
    if (progress) part = [&progress](double done) { progress(done * kReading); };
    Run run{Trace::load(folder, part), {}, {}};
    run.timeline = make_timeline(run.trace);
    run.operations = Operations::find(run.trace);
    if (progress) progress(1.0);
    return run;
}

}  // namespace ws::model
