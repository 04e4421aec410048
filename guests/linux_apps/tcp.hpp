// SPDX-License-Identifier: Apache-2.0
// The connection of the two TCP programs, and the command line that they have in common.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <ctime>

#include "app.hpp"

namespace app {

inline constexpr int kConnectAttempts = 100;  // each a tenth of a second after the one before

inline sockaddr_in address_of(const char* host, u64 port, const char* words) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    if (port > 65535 || ::inet_pton(AF_INET, host, &address.sin_addr) != 1) usage(words);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
}

/// Port 0 is any that is free.
inline Fd listen_at(sockaddr_in address) {
    Fd listener(must(::socket(AF_INET, SOCK_STREAM, 0), "socket"));
    const int yes = 1;
    must(::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)), "SO_REUSEADDR");
    must(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), "bind");
    must(::listen(listener.get(), 1), "listen");
    return listener;
}

inline sockaddr_in own_address(const Fd& listener) {
    sockaddr_in address{};
    socklen_t bytes = sizeof(address);
    must(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &bytes), "getsockname");
    return address;
}

/// What is written goes out at once, as small as it is.
inline void send_at_once(const Fd& connection) {
    const int yes = 1;
    must(::setsockopt(connection.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)), "TCP_NODELAY");
}

inline Fd accept_from(const Fd& listener) {
    Fd connection(must(::accept(listener.get(), nullptr, nullptr), "accept"));
    send_at_once(connection);
    return connection;
}

/// The server may be another machine that is still booting: this waits for it.
inline Fd connect_to(sockaddr_in address) {
    for (int attempt = 1;; attempt++) {
        Fd connection(must(::socket(AF_INET, SOCK_STREAM, 0), "socket"));
        if (::connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
            send_at_once(connection);
            return connection;
        }
        const bool not_yet = errno == ECONNREFUSED || errno == EHOSTUNREACH || errno == ENETUNREACH;
        if (!not_yet || attempt == kConnectAttempts) fail(true, "connect");
        const timespec pause{0, 100'000'000};
        ::nanosleep(&pause, nullptr);
    }
}

inline constexpr const char* kTcpUsageWords = "server PORT | client ADDRESS PORT COUNT | loopback COUNT";

/// `serve(connection)` and `ask(connection, count)`, in one process each; with `loopback` both, on this machine.
template <class Serve, class Ask>
int tcp_main(int argc, char** argv, Serve serve, Ask ask) {
    const auto count = [&](int index) { return count_of(argv[index], kTcpUsageWords); };
    const std::string_view role = argc > 1 ? argv[1] : "";
    if (role == "server" && argc == 3) {
        serve(accept_from(listen_at(address_of("0.0.0.0", count(2), kTcpUsageWords))));
    } else if (role == "client" && argc == 5) {
        ask(connect_to(address_of(argv[2], count(3), kTcpUsageWords)), count(4));
    } else if (role == "loopback" && argc == 3) {
        const u64 asked = count(2);
        const Fd listener = listen_at(address_of("127.0.0.1", 0, kTcpUsageWords));
        const pid_t client = start([&] {
            ask(connect_to(own_address(listener)), asked);
            std::fflush(stdout);
        });
        serve(accept_from(listener));
        wait_for_success(client);
    } else {
        usage(kTcpUsageWords);
    }
    return kSuccess;
}

}  // namespace app
