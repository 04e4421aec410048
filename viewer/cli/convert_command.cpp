// SPDX-License-Identifier: Apache-2.0
// A trace of what was recorded from outside of another hypervisor.
#include "viewer/cli/commands.hpp"
#include "viewer/cli/env_arguments.hpp"
#include "viewer/model/peers/converter.hpp"

namespace ws::cli {

int convert_command(const ConvertArguments& arguments) {
    model::ConvertOptions options;
    options.out = arguments.out;
    options.uuid = uuid_of(arguments.uuid);
    options.env = env_of(arguments.env);
    const model::RawLog log(arguments.raw);
    const model::ConvertResult result = model::convert(log, model::Symbols::read(arguments.symbols), options);
    print_json({{"design", result.design},
                {"cpus", result.cpus},
                {"vcpus", result.vcpus},
                {"events", result.events},
                {"windows", result.windows},
                {"writes_with_unknown_value_before", result.unknown_before}},
               -1);
    return 0;
}

}  // namespace ws::cli
