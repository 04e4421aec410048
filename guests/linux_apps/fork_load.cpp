// SPDX-License-Identifier: Apache-2.0
// A load like that of a compiler's runs: for every source a process that reads it and fills memory, a second one that
// it feeds through a pipe and that writes the object, and in the end one that reads all objects. Each is this program,
// started anew (fork and exec), so address spaces come and go.
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <string>
#include <vector>

#include "app.hpp"

namespace {

using namespace app;

constexpr const char* kUsageWords = "FOLDER JOBS [AT_ONCE]";
constexpr std::size_t kSourceBytes = 16 * 1024;
constexpr std::size_t kMemoryBytes = 1024 * 1024;
constexpr std::size_t kObjectBytes = 32 * 1024;
constexpr std::size_t kPage = 4096;

using Bytes = std::vector<u8>;

std::string source(const std::string& folder, u64 job) { return folder + "/source-" + std::to_string(job); }
std::string object(const std::string& folder, u64 job) { return folder + "/object-" + std::to_string(job); }

Bytes source_text(u64 job) {
    Bytes text(kSourceBytes);
    Pattern(job).fill(text);
    return text;
}

void write_file(const std::string& path, const Bytes& bytes) {
    const Fd file(must(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), path.c_str()));
    write_all(file.get(), bytes);
}

Bytes read_file(const std::string& path, std::size_t bytes) {
    const Fd file(must(::open(path.c_str(), O_RDONLY | O_CLOEXEC), path.c_str()));
    Bytes read(bytes + 1);  // one more, to see that there is none
    expect(read_all(file.get(), read) == bytes, "a file of another size");
    read.pop_back();
    return read;
}

/// What becomes of a source: the same for whoever works it out. It goes through memory that is new to the process.
Bytes compiled(const Bytes& text) {
    Bytes memory(kMemoryBytes);
    for (std::size_t at = 0; at < kMemoryBytes; at += kPage) {
        std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(at / 8 % (kSourceBytes - 64)), 64,
                    memory.begin() + static_cast<std::ptrdiff_t>(at));
    }
    Checksum checksum;
    for (std::size_t at = 0; at < kMemoryBytes; at += kPage) checksum.add({memory.data() + at, 64});
    Bytes made(kObjectBytes);
    Pattern(checksum.value()).fill(made);
    return made;
}

/// This program again, with other arguments and perhaps another standard input. Only exec's failure returns from there.
pid_t start_self(std::vector<std::string> arguments, int standard_input = STDIN_FILENO) {
    std::vector<char*> pointers = {program_invocation_name};
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    return start([&] {
        must(::dup2(standard_input, STDIN_FILENO), "dup2");
        must(::execv("/proc/self/exe", pointers.data()), "exec");
    });
}

/// The first process of a job: `ends` are those of the pipe to the second one.
void compile(const std::string& folder, u64 job) {
    int ends[2];
    must(::pipe2(ends, O_CLOEXEC), "pipe");
    Fd to_read(ends[0]), to_write(ends[1]);
    const pid_t second = start_self({"assemble", folder, std::to_string(job)}, to_read.get());
    to_read.close();
    write_all(to_write.get(), compiled(read_file(source(folder, job), kSourceBytes)));
    to_write.close();
    wait_for_success(second);
}

/// The second process of a job.
void assemble(const std::string& folder, u64 job) {
    Bytes read(kObjectBytes + 1);
    expect(read_all(STDIN_FILENO, read) == kObjectBytes, "the pipe ended early or late");
    read.pop_back();
    write_file(object(folder, job), read);
}

/// Reads every object, which must be what the source says.
void link(const std::string& folder, u64 jobs) {
    for (u64 job = 0; job < jobs; job++) {
        const bool same = read_file(object(folder, job), kObjectBytes) == compiled(source_text(job));
        if (!same) fail(false, "object %ju is wrong", job);
        must(::unlink(object(folder, job).c_str()), "unlink");
        must(::unlink(source(folder, job).c_str()), "unlink");
    }
}

void make(const std::string& parent, u64 jobs, u64 at_once) {
    const std::string folder = parent + "/fork_load-" + std::to_string(::getpid());
    must(::mkdir(folder.c_str(), 0700), folder.c_str());
    u64 running = 0;
    for (u64 job = 0; job < jobs; job++) {
        write_file(source(folder, job), source_text(job));
        start_self({"compile", folder, std::to_string(job)});
        if (++running < at_once) continue;
        wait_for_success(-1);
        running--;
    }
    for (; running > 0; running--) wait_for_success(-1);
    wait_for_success(start_self({"link", folder, std::to_string(jobs)}));
    must(::rmdir(folder.c_str()), "rmdir");
    std::printf("@app {\"app\": \"fork_load\", \"operations\": %ju, \"processes\": %ju}\n", jobs, 2 * jobs + 1);
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view first = argc > 1 ? argv[1] : "";
    if (argc == 4 && first == "compile") {
        compile(argv[2], std::strtoull(argv[3], nullptr, 10));
    } else if (argc == 4 && first == "assemble") {
        assemble(argv[2], std::strtoull(argv[3], nullptr, 10));
    } else if (argc == 4 && first == "link") {
        link(argv[2], std::strtoull(argv[3], nullptr, 10));
    } else if (argc == 3 || argc == 4) {
        const long online = std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN));
        make(argv[1], count_of(argv[2], kUsageWords),
             argc == 4 ? count_of(argv[3], kUsageWords) : static_cast<u64>(online));
    } else {
        usage(kUsageWords);
    }
    return kSuccess;
}
