// SPDX-License-Identifier: Apache-2.0
#include "viewer/cli/env_arguments.hpp"

#include <fmt/format.h>

#include "viewer/model/base/error.hpp"

namespace ws::cli {

model::Env env_of(const std::vector<std::string>& pairs) {
    model::Env env;
    for (const std::string& pair : pairs) {
        const std::size_t equals = pair.find('=');
        if (equals == std::string::npos) throw model::TraceError("--env", fmt::format("\"{}\" is not KEY=VALUE", pair));
        const std::string key = pair.substr(0, equals);
        const std::string value = pair.substr(equals + 1);
        if (const std::string problem = model::env_problem(key, value); !problem.empty()) {
            throw model::TraceError("--env", problem);
        }
        env.emplace_back(key, value);
    }
    return env;
}

std::optional<model::Uuid> uuid_of(const std::string& text) {
    if (text.empty()) return std::nullopt;
    model::Uuid uuid;
    if (!model::parse_uuid(text, uuid)) throw model::TraceError("--uuid", fmt::format("\"{}\" is no UUID", text));
    return uuid;
}

}  // namespace ws::cli
