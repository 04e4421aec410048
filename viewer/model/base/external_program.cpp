// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/base/external_program.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

extern char** environ;

namespace ws::model {
namespace {

namespace fs = std::filesystem;

std::string read_all(int file) {
    std::string text;
    std::array<char, 1 << 16> piece;
    for (;;) {
        const ssize_t count = ::read(file, piece.data(), piece.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return text;
        text.append(piece.data(), static_cast<std::size_t>(count));
    }
}

/// What the child has as its standard input, output and error: the file, the pipe, nothing.
class Redirections {
  public:
    Redirections(const fs::path& input, int output) {
        posix_spawn_file_actions_init(&actions_);
        const std::string in = input.empty() ? "/dev/null" : input.string();
        posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, in.c_str(), O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
        posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    }
    ~Redirections() { posix_spawn_file_actions_destroy(&actions_); }
    Redirections(const Redirections&) = delete;
    Redirections& operator=(const Redirections&) = delete;
    const posix_spawn_file_actions_t* get() const { return &actions_; }

  private:
    posix_spawn_file_actions_t actions_;
};

}  // namespace

std::string run_program(const std::vector<std::string>& command, const fs::path& input) {
    std::array<int, 2> ends;
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw SourceError(fmt::format("{} cannot be started: {}", command[0], std::strerror(errno)));
    }
    const std::vector<char*> arguments = argument_vector(command);
    pid_t child = 0;
    const Redirections redirections(input, ends[1]);
    const int problem = ::posix_spawnp(&child, arguments[0], redirections.get(), nullptr, arguments.data(), environ);
    ::close(ends[1]);
    if (problem != 0) {
        ::close(ends[0]);
        if (problem == ENOENT) {
            throw SourceError(command[0] + " is not installed: scripts/ws doctor tells how to mend it");
        }
        throw SourceError(fmt::format("{} cannot be started: {}", command[0], std::strerror(problem)));
    }
    std::string text = read_all(ends[0]);
    ::close(ends[0]);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        throw SourceError(fmt::format("{} failed", fmt::join(command, " ")));
    }
    return text;
}

std::vector<char*> argument_vector(const std::vector<std::string>& command) {
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    return words;
}

TemporaryFile::TemporaryFile() {
    std::string name = (fs::temp_directory_path() / "worldswitch-XXXXXX").string();
    const int file = ::mkstemp(name.data());
    if (file < 0) throw SourceError(fmt::format("{} cannot be made: {}", name, std::strerror(errno)));
    ::close(file);
    path_ = name;
}

TemporaryFile::~TemporaryFile() {
    std::error_code ignored;
    fs::remove(path_, ignored);
}

}  // namespace ws::model
