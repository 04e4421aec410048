// SPDX-License-Identifier: Apache-2.0
#include "viewer/app/child_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "viewer/app/options.hpp"
#include "viewer/model/base/external_program.hpp"

namespace ws::app {
namespace {

/// In the child, between fork and exec: nothing that allocates or locks.
[[noreturn]] void become(char* const* arguments, int output, int fault) {
    ::setsid();
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    const int input = ::open("/dev/null", O_RDONLY);
    ::dup2(input, STDIN_FILENO);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::execvp(arguments[0], arguments);
    const int error = errno;
    (void)!::write(fault, &error, sizeof(error));
    ::_exit(127);
}

/// 0 if the child became the program: then its end of the pipe was closed and nothing came.
int fault_of(int pipe) {
    int error = 0;
    while (::read(pipe, &error, sizeof(error)) < 0 && errno == EINTR) {
    }
    return error;
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command) {
    const std::vector<char*> arguments = model::argument_vector(command);
    std::array<int, 2> output{};
    std::array<int, 2> fault{};
    const auto failed = [&command](int error) -> AppError {
        return AppError(fmt::format("{} cannot be started: {}", command[0], std::strerror(error)));
    };
    if (::pipe2(output.data(), O_CLOEXEC | O_NONBLOCK) != 0) throw failed(errno);
    if (::pipe2(fault.data(), O_CLOEXEC) != 0) throw failed(errno);
    process_ = ::fork();
    if (process_ == 0) become(arguments.data(), output[1], fault[1]);
    const int fork_error = process_ < 0 ? errno : 0;
    ::close(output[1]);
    ::close(fault[1]);
    const int error = fork_error != 0 ? fork_error : fault_of(fault[0]);
    ::close(fault[0]);
    output_ = output[0];
    if (error == 0) return;
    ::close(output_);
    if (process_ > 0) ::waitpid(process_, nullptr, 0);
    throw failed(error);
}

ChildProcess::~ChildProcess() {
    interrupt();
    for (int tenths = 0; tenths < 30 && !status(); ++tenths) ::usleep(100'000);
    if (!status_) {
        ::kill(-process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
    }
    ::close(output_);
}

std::string ChildProcess::read() {
    std::string text;
    std::array<char, 4096> bytes{};
    for (ssize_t count = 0; (count = ::read(output_, bytes.data(), bytes.size())) > 0;) {
        text.append(bytes.data(), static_cast<std::size_t>(count));
    }
    return text;
}

std::optional<int> ChildProcess::status() {
    int status = 0;
    if (!status_ && ::waitpid(process_, &status, WNOHANG) == process_) {
        status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    return status_;
}

void ChildProcess::interrupt() const {
    if (!status_) ::kill(process_, SIGINT);
}

}  // namespace ws::app
