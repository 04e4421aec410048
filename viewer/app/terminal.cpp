// SPDX-License-Identifier: Apache-2.0
#include "viewer/app/terminal.hpp"

#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstdlib>
#include <thread>

#include "viewer/model/base/external_program.hpp"

extern char** environ;

namespace ws::app {
namespace {

/// Starts a program that outlives this one, in a folder. Its end is waited for in a thread, so that no zombie stays.
bool start(const std::vector<std::string>& command, const std::filesystem::path& folder) {
    const std::vector<char*> words = model::argument_vector(command);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);  // Ctrl-C at our terminal is none for it
    pid_t child = 0;
    const int problem = ::posix_spawnp(&child, words[0], &actions, &attributes, words.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (problem != 0) return false;
    std::thread([child] {
        while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
        }
    }).detach();
    return true;
}

}  // namespace

bool open_terminal(const std::vector<std::string>& command, const std::filesystem::path& folder) {
    const char* chosen = std::getenv("TERMINAL");
    for (const std::string terminal : {chosen != nullptr ? chosen : "", "x-terminal-emulator"}) {
        if (terminal.empty()) continue;
        std::vector<std::string> words = {terminal, "-e"};
        words.insert(words.end(), command.begin(), command.end());
        if (start(words, folder)) return true;
    }
    return false;
}

}  // namespace ws::app
