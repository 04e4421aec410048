// SPDX-License-Identifier: Apache-2.0
// Many bytes one way over TCP. Both ends take a checksum; the server sends its own back and the client says whether it
// is the same, so that both know in the end.
#include <algorithm>
#include <vector>

#include "tcp.hpp"

namespace {

using namespace app;

constexpr std::size_t kChunk = 64 * 1024;

struct Sum {
    u64 bytes;
    u64 checksum;
    bool operator==(const Sum&) const = default;
};

void print(const char* role, const Sum& sum) {
    std::printf("@app {\"app\": \"tcp_stream\", \"role\": \"%s\", \"operations\": %ju, \"checksum\": \"%016jx\"}\n",
                role, sum.bytes, sum.checksum);
}

void serve(Fd connection) {
    std::vector<u8> chunk(kChunk);
    Sum sum{};
    Checksum checksum;
    u64 bytes = 0;
    // How many will come is the first thing that comes: the connection stays open for the answer.
    expect(read_all(connection.get(), bytes_of(bytes)) == sizeof(bytes), "the client hung up");
    while (sum.bytes < bytes) {
        const std::span<u8> part(chunk.data(), std::min<u64>(kChunk, bytes - sum.bytes));
        expect(read_all(connection.get(), part) == part.size(), "the stream ended early");
        checksum.add(part);
        sum.bytes += part.size();
    }
    sum.checksum = checksum.value();
    write_all(connection.get(), bytes_of(sum));
    u8 same = 0;
    expect(read_all(connection.get(), {&same, 1}) == 1 && same == 1, "the client has another checksum");
    print("server", sum);
}

void ask(Fd connection, u64 bytes) {
    std::vector<u8> chunk(kChunk);
    Sum sum{};
    Checksum checksum;
    write_all(connection.get(), bytes_of(bytes));
    for (Pattern pattern(bytes); sum.bytes < bytes;) {
        const std::span<u8> part(chunk.data(), std::min<u64>(kChunk, bytes - sum.bytes));
        pattern.fill(part);
        checksum.add(part);
        write_all(connection.get(), part);
        sum.bytes += part.size();
    }
    sum.checksum = checksum.value();
    Sum theirs{};
    expect(read_all(connection.get(), bytes_of(theirs)) == sizeof(theirs), "the server hung up");
    const u8 same = theirs == sum;
    write_all(connection.get(), {&same, 1});
    expect(same, "the server has another checksum");
    print("client", sum);
}

}  // namespace

int main(int argc, char** argv) { return app::tcp_main(argc, argv, serve, ask); }
