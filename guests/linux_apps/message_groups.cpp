// SPDX-License-Identifier: Apache-2.0
// Groups of processes that send each other messages: work for the scheduler, in the manner of hackbench. In a group
// every sender sends to every receiver, and so nobody gets far before others have to run.
#include <sys/socket.h>

#include <array>
#include <vector>

#include "app.hpp"

namespace {

using namespace app;

constexpr const char* kUsageWords = "GROUPS MESSAGES [pipe|socket]   (MESSAGES from each sender to each receiver)";
constexpr u64 kSenders = 5;
constexpr u64 kReceivers = 5;

/// Small enough for a pipe to take it whole, whoever else writes (PIPE_BUF).
struct Message {
    u64 sender;
    u64 number;
    std::array<u8, 84> payload;

    static Message make(u64 sender, u64 number) {
        Message made{sender, number, {}};
        Pattern(sender << 32 | number).fill(made.payload);
        return made;
    }
};
static_assert(sizeof(Message) <= 512);

struct Channel {
    Fd to_read, to_write;

    static Channel make(bool socket) {
        int ends[2];
        // Packets, so that messages of several senders do not mix.
        must(socket ? ::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) : ::pipe(ends), "making a channel");
        return {Fd(ends[0]), Fd(ends[1])};
    }
};

/// Returns when everybody was started: then the last one who could write has closed the pipe.
void wait_for_start(int gate) {
    u8 nothing = 0;
    expect(read_all(gate, {&nothing, 1}) == 0, "something came through the gate");
}

void send(const std::vector<Channel>& channels, u64 sender, u64 messages) {
    for (u64 number = 0; number < messages; number++) {
        for (const Channel& channel : channels) {
            Message message = Message::make(sender, number);
            write_all(channel.to_write.get(), bytes_of(message));
        }
    }
}

/// Each sender's messages come whole and in their order, and then nothing.
void receive(const Channel& channel, u64 messages) {
    std::array<u64, kSenders> next{};
    Message message;
    for (u64 received = 0; received < kSenders * messages; received++) {
        expect(read_all(channel.to_read.get(), bytes_of(message)) == sizeof(message), "the messages ended early");
        expect(message.sender < kSenders, "a message of nobody");
        expect(message.number == next[message.sender]++, "a message out of order");
        expect(message.payload == Message::make(message.sender, message.number).payload, "a message was changed");
    }
    expect(read_all(channel.to_read.get(), bytes_of(message)) == 0, "more messages than were sent");
}

/// The processes of a group. They begin when the gate opens.
void start_group(Channel& gate, u64 messages, bool socket) {
    std::vector<Channel> channels;
    for (u64 receiver = 0; receiver < kReceivers; receiver++) channels.push_back(Channel::make(socket));
    for (u64 sender = 0; sender < kSenders; sender++) {
        start([&] {
            gate.to_write.close();
            for (Channel& channel : channels) channel.to_read.close();
            wait_for_start(gate.to_read.get());
            send(channels, sender, messages);
        });
    }
    for (u64 receiver = 0; receiver < kReceivers; receiver++) {
        start([&] {
            gate.to_write.close();
            // The end of its channel shows only where nobody is left who could write.
            for (Channel& channel : channels) channel.to_write.close();
            wait_for_start(gate.to_read.get());
            receive(channels[receiver], messages);
        });
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3 && argc != 4) usage(kUsageWords);
    const std::string_view way = argc == 4 ? argv[3] : "pipe";
    if (way != "pipe" && way != "socket") usage(kUsageWords);
    const u64 groups = count_of(argv[1], kUsageWords);
    const u64 messages = count_of(argv[2], kUsageWords);

    Channel gate = Channel::make(false);
    for (u64 group = 0; group < groups; group++) start_group(gate, messages, way == "socket");
    gate.to_write.close();
    for (u64 process = 0; process < groups * (kSenders + kReceivers); process++) wait_for_success(-1);
    std::printf("@app {\"app\": \"message_groups\", \"operations\": %ju, \"processes\": %ju}\n",
                groups * kSenders * kReceivers * messages, groups * (kSenders + kReceivers));
    return kSuccess;
}
