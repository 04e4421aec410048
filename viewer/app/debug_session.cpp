// SPDX-License-Identifier: Apache-2.0
#include "viewer/app/debug_session.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>

#include "viewer/app/options.hpp"
#include "viewer/app/terminal.hpp"

namespace ws::app {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

constexpr std::size_t kLongestReply = 1 << 20;

/// Sockets have short names, and nobody else is to have this one.
fs::path make_place() {
    std::string name = (fs::temp_directory_path() / "wsview-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw AppError(fmt::format("{}: no folder for a socket can be made: {}", name, std::strerror(errno)));
    }
    return name;
}

}  // namespace

DebugSession::DebugSession(fs::path run) : run_(std::move(run)) {}

DebugSession::~DebugSession() {
    disconnect();
    std::error_code error;
    if (!place_.empty()) fs::remove_all(place_, error);
}

std::string DebugSession::go_to(u64 event, std::vector<std::string> command, const fs::path& folder) {
    if (state_ == State::connected && send(Json{{"goto", event}}.dump() + "\n")) {
        moving_ = true;
        return "the replay in the terminal goes to this event";
    }
    if (state_ == State::expected) return "the replay is on its way: once more when it has stopped";
    disconnect();
    if (place_.empty()) place_ = make_place();
    socket_path_ = place_ / "control";
    std::error_code error;
    fs::remove(socket_path_, error);
    command.insert(command.end(), {"--control", socket_path_.string()});
    if (!open_terminal(command, folder)) {
        return "no terminal was found ($TERMINAL, x-terminal-emulator): type the command in one";
    }
    expect();
    return "a terminal replays the run up to this event";
}

void DebugSession::expect() {
    static constexpr auto kPatience = std::chrono::minutes(2);  // a terminal that was closed at once tells nobody
    state_ = State::expected;
    give_up_ = std::chrono::steady_clock::now() + kPatience;
}

void DebugSession::connect() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = socket_path_.string();
    if (path.size() >= sizeof(address.sun_path)) return;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket_ >= 0 && ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
        send("{\"where\": true}\n")) {
        state_ = State::connected;
        return;
    }
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
    if (std::chrono::steady_clock::now() > give_up_) state_ = State::none;
}

void DebugSession::disconnect() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
    received_.clear();
    moving_ = false;
    state_ = State::none;
}

bool DebugSession::send(const std::string& line) {
    return ::send(socket_, line.data(), line.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(line.size());
}

std::optional<DebugSession::News> DebugSession::poll() {
    if (state_ == State::expected) connect();
    if (state_ != State::connected) return {};
    std::array<char, 4096> bytes{};
    ssize_t count = 0;
    while ((count = ::recv(socket_, bytes.data(), bytes.size(), 0)) > 0 && received_.size() < kLongestReply) {
        received_.append(bytes.data(), static_cast<std::size_t>(count));
    }
    const bool ended = count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR);
    std::optional<News> news;
    for (std::size_t end = 0; (end = received_.find('\n')) != std::string::npos; received_.erase(0, end + 1)) {
        if (auto told = read_line(received_.substr(0, end))) news = std::move(told);
    }
    if (ended) {
        const bool comes_again = moving_;
        disconnect();
        if (comes_again) expect();
    }
    return news;
}

std::optional<DebugSession::News> DebugSession::read_line(const std::string& line) {
    const Json told = Json::parse(line, nullptr, false);
    if (!told.is_object()) return {};
    if (const auto error = told.find("error"); error != told.end() && error->is_string()) {
        moving_ = false;
        return News{{}, error->get<std::string>()};
    }
    const auto stopped = told.find("stopped");
    if (stopped == told.end() || !stopped->is_object()) return {};
    const auto event = stopped->find("event");
    if (event == stopped->end() || !event->is_number_unsigned()) return {};
    return News{event->get<u64>(), {}};
}

}  // namespace ws::app
