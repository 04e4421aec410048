// SPDX-License-Identifier: Apache-2.0
// A recorded run that is replayed in GDB, in a terminal of its own. The way to it is the socket of `ws debug
// --control`: lines of JSON, which docs/debugging.rst describes.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "hyp/arch/types.hpp"

namespace ws::app {

class DebugSession {
  public:
    /// For the run in a folder. Nothing is started yet.
    explicit DebugSession(std::filesystem::path run);
    /// Leaves GDB to the person.
    ~DebugSession();
    DebugSession(const DebugSession&) = delete;
    DebugSession& operator=(const DebugSession&) = delete;

    const std::filesystem::path& run() const { return run_; }
    /// Starts the replay at an event with this command, without its --control, in a terminal that opens in `folder`;
    /// moves the replay there if there is one. Returns what came of that, in words.
    std::string go_to(u64 event, std::vector<std::string> command, const std::filesystem::path& folder);
    /// Is there anything to wait for?
    bool going_on() const { return state_ != State::none; }

    struct News {
        std::optional<u64> stopped;  ///< the event where GDB stands now
        std::string problem;         ///< why it did not go where it was to; empty if it did
    };
    /// What has come since the last call; nothing in most cases. Does not wait.
    std::optional<News> poll();

  private:
    enum class State : unsigned char {
        none,      ///< no replay, or one that has ended
        expected,  ///< it is on its way: the socket is to come
        connected
    };
    void expect();
    void connect();
    void disconnect();
    bool send(const std::string& line);
    std::optional<News> read_line(const std::string& line);

    std::filesystem::path run_;
    std::filesystem::path place_;  ///< the socket's folder, which is ours
    std::filesystem::path socket_path_;
    State state_ = State::none;
    int socket_ = -1;
    bool moving_ = false;  ///< the connection is about to end, and another one is to come
    std::string received_;
    std::chrono::steady_clock::time_point give_up_{};
};

}  // namespace ws::app
