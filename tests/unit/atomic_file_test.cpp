// SPDX-License-Identifier: Apache-2.0
// What a file's name may be when somebody writes to it: links are kept, and so are the files of a run.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "tests/unit/catch.hpp"
#include "tests/unit/fake_run.hpp"
#include "viewer/model/base/atomic_file.hpp"

using namespace ws;
using namespace ws::test;

namespace fs = std::filesystem;

namespace {

std::string contents(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

bool spared(const fs::path& file, const fs::path& trace) {
    try {
        model::spare_run_files(file, trace);
    } catch (const model::TraceError& error) {
        check_contains(error.what(), "give another name");
        return true;
    }
    return false;
}

}  // namespace

TEST_CASE("a link is kept and the file behind it is written", "[atomic_file]") {
    const TemporaryFolder folder;
    fs::create_symlink("second", folder.path() / "first");
    fs::create_symlink("file", folder.path() / "second");
    model::write_atomically(folder.path() / "first", "text");
    CHECK(fs::is_symlink(folder.path() / "first"));
    CHECK(fs::is_symlink(folder.path() / "second"));
    CHECK(contents(folder.path() / "file") == "text");
    fs::create_symlink("loop", folder.path() / "loop");
    CHECK_THROWS_AS(model::write_atomically(folder.path() / "loop", "text"), model::TraceError);
    CHECK(fs::is_symlink(folder.path() / "loop"));
}

TEST_CASE("a file that is written anew keeps its rights", "[atomic_file]") {
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "mine";
    std::ofstream(file) << "old";
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
    model::write_atomically(file, "new");
    CHECK(contents(file) == "new");
    CHECK(fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("an open file of this program's is written on, not replaced", "[atomic_file]") {
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "log";
    std::ofstream(file) << "before ";
    const int opened = ::open(file.c_str(), O_WRONLY | O_APPEND);
    REQUIRE(opened >= 0);
    model::write_atomically("/proc/self/fd/" + std::to_string(opened), "after");
    ::close(opened);
    CHECK(contents(file) == "before after");
}

TEST_CASE("a folder is not replaced", "[atomic_file]") {
    const TemporaryFolder folder;
    CHECK_THROWS_AS(model::write_atomically(folder.path(), "text"), model::TraceError);
    CHECK(fs::is_directory(folder.path()));
}

TEST_CASE("what becomes of a broken pipe is as before when a pipe has been written", "[atomic_file]") {
    const TemporaryFolder folder;
    const fs::path pipe = folder.path() / "pipe";
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    const auto own = [](int) {};
    const auto disposition = [] {
        struct sigaction now{};
        ::sigaction(SIGPIPE, nullptr, &now);
        return now.sa_handler;
    };
    void (*const choices[])(int) = {SIG_DFL, SIG_IGN, own};
    const auto former = std::signal(SIGPIPE, SIG_DFL);
    for (const auto before : choices) {
        std::signal(SIGPIPE, before);
        const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
        REQUIRE(reader >= 0);
        model::write_atomically(pipe, "text");
        CHECK(disposition() == before);
        char read[8];
        CHECK(::read(reader, read, sizeof(read)) == 4);
        {
            model::AtomicFile left(pipe);
            ::close(reader);
            left.write("text");
            CHECK_THROWS_AS(left.finish(), model::TraceError);
        }
        CHECK(disposition() == before);
    }
    std::signal(SIGPIPE, former);
}

// Nodes of our own, never those in /dev: a build that is wrong replaces what it is given, and root may.
TEST_CASE("a device is written through, and what it says is told", "[atomic_file]") {
    static constexpr unsigned kMemoryDevices = 1;
    const TemporaryFolder folder;
    const fs::path null = folder.path() / "null";
    const fs::path full = folder.path() / "full";
    if (::mknod(null.c_str(), S_IFCHR | 0600, makedev(kMemoryDevices, 3)) != 0) return;  // for root alone
    REQUIRE(::mknod(full.c_str(), S_IFCHR | 0600, makedev(kMemoryDevices, 7)) == 0);
    model::write_atomically(null, "text");
    CHECK(fs::is_character_file(null));
    try {
        model::write_atomically(full, "text");
        FAIL("a full device takes text");
    } catch (const model::TraceError& error) {
        check_contains(error.what(), "No space left");
    }
    CHECK(fs::is_character_file(full));
}

TEST_CASE("what a run has written is spared under whichever name", "[atomic_file]") {
    FakeRun run;
    run.close();
    run.capture();
    const fs::path trace = run.folder() / "trace";
    const fs::path stream = trace / "stream_0";
    if (!fs::exists(stream)) std::ofstream(stream) << "";
    std::ofstream(run.folder() / "run.json") << "{}";
    const TemporaryFolder other;
    fs::create_symlink(stream, other.path() / "link");
    fs::create_hard_link(stream, run.folder() / "hard");
    fs::create_directory_symlink(trace, other.path() / "folder");
    for (const fs::path& file :
         {stream, trace / "metadata", trace / "stream_3", trace / ".." / "trace" / "stream_0", other.path() / "link",
          run.folder() / "hard", other.path() / "folder" / "stream_7", run.folder() / "run.json",
          run.folder() / "console.log", run.folder() / "notes", run.folder() / "initrd0.cpio"}) {
        INFO(file);
        CHECK(spared(file, trace));
        CHECK(spared(file, trace / ""));
    }
    for (const fs::path& file : {run.folder() / "report.html", run.folder() / "initrd-study.csv",
                                 other.path() / "stream_0", other.path() / "run.json"}) {
        INFO(file);
        CHECK(!spared(file, trace));
    }
}
