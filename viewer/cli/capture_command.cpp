// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "viewer/cli/commands.hpp"
#include "viewer/cli/env_arguments.hpp"
#include "viewer/model/capture/capture.hpp"

namespace ws::cli {
namespace {

constexpr int kPollMilliseconds = 2;

volatile std::sig_atomic_t g_asked_to_stop = 0;

extern "C" void ask_to_stop(int) { g_asked_to_stop = 1; }

/// Sleeps a little; true once standard input has ended, or a signal asked for the end.
bool wait_for_end() {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (::poll(&input, 1, kPollMilliseconds) <= 0) return g_asked_to_stop != 0;
    char ignored[256];
    const ssize_t count = ::read(STDIN_FILENO, ignored, sizeof(ignored));
    return count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN) || g_asked_to_stop != 0;
}

model::CaptureOptions options_of(const CaptureArguments& arguments) {
    model::CaptureOptions options;
    options.ram = arguments.ram;
    options.offset = arguments.offset;
    options.out = arguments.out;
    options.env = env_of(arguments.env);
    options.uuid = uuid_of(arguments.uuid);
    return options;
}

}  // namespace

int capture_command(const CaptureArguments& arguments) {
    const model::CaptureOptions options = options_of(arguments);
    std::signal(SIGINT, ask_to_stop);
    std::signal(SIGTERM, ask_to_stop);
    const model::CaptureResult result = model::capture(options, wait_for_end);
    print_json({{"verdict", result.verdict},
                {"status", result.status},
                {"message", result.message},
                {"design", result.design},
                {"level", result.level},
                {"cpus", result.cpus},
                {"packets", result.packets},
                {"events_discarded", result.events_discarded},
                {"bytes", result.bytes},
                {"problems", result.problems}},
               -1);
    for (const std::string& problem : result.problems) fmt::print(stderr, "wstrace: {}: {}\n", arguments.ram, problem);
    return result.problems.empty() ? 0 : 1;
}

}  // namespace ws::cli
