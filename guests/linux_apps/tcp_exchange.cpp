// SPDX-License-Identifier: Apache-2.0
// Requests and answers of one byte over TCP: what one exchange costs, since nothing else is there to do. Each waits for
// the other, so no two are ever on the way.
#include "tcp.hpp"

namespace {

using namespace app;

/// No byte is its own answer, and neighbours' answers are no neighbours.
u8 answer_to(u8 request) { return static_cast<u8>(request * 5 + 3); }

void serve(Fd connection) {
    u64 answered = 0;
    for (u8 byte = 0; read_all(connection.get(), {&byte, 1}) == 1; answered++) {
        byte = answer_to(byte);
        write_all(connection.get(), {&byte, 1});
    }
    std::printf("@app {\"app\": \"tcp_exchange\", \"role\": \"server\", \"operations\": %ju}\n", answered);
}

void ask(Fd connection, u64 exchanges) {
    Pattern pattern(exchanges);
    for (u64 exchange = 0; exchange < exchanges; exchange++) {
        const u8 request = static_cast<u8>(pattern.next() >> 56);
        u8 answer = 0;
        write_all(connection.get(), {&request, 1});
        expect(read_all(connection.get(), {&answer, 1}) == 1, "the server hung up");
        expect(answer == answer_to(request), "a wrong answer");
    }
    std::printf("@app {\"app\": \"tcp_exchange\", \"role\": \"client\", \"operations\": %ju}\n", exchanges);
}

}  // namespace

int main(int argc, char** argv) { return app::tcp_main(argc, argv, serve, ask); }
