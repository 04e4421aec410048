// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/base/atomic_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>

#include "viewer/model/base/error.hpp"

namespace ws::model {

namespace fs = std::filesystem;

namespace {

constexpr int kMostLinks = 40;  // as the kernel has it

/// The number in /dev/fd/N or /proc/self/fd/N, the names of this program's own open files.
std::optional<int> own_open_file(const fs::path& file) {
    const fs::path folder = file.parent_path();
    if (folder != "/proc/self/fd" && folder != "/dev/fd" && folder != fmt::format("/proc/{}/fd", ::getpid())) return {};
    const std::string name = file.filename().string();
    int number = -1;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error != std::errc() || end != name.data() + name.size() || number < 0) return {};
    return number;
}

/// The file behind links, which need not be there yet; the name itself where it is no link. A link to one of this
/// program's own open files stays: what stands behind that is no name.
fs::path behind_links(fs::path file) {
    for (int link = 0; link < kMostLinks && !own_open_file(file); ++link) {
        std::error_code error;
        const fs::path behind = fs::read_symlink(file, error);
        if (error) break;
        file = file.parent_path() / behind;  // which is `behind` alone where that is absolute
    }
    return file;
}

bool is_no_plain_file(const fs::path& file) {
    std::error_code error;
    return own_open_file(file) || fs::is_other(fs::status(file, error));
}

}  // namespace

AtomicFile::AtomicFile(const fs::path& file) : file_(behind_links(file)) {
    const int opened = is_no_plain_file(file_) ? open_as_it_is() : open_beside();
    if (opened < 0) fail(errno);
    stream_ = ::fdopen(opened, "wb");
    if (stream_ != nullptr) {
        // A reader that leaves a pipe is told as what it is, not by this program's end.
        if (unfinished_.empty()) former_sigpipe_ = std::signal(SIGPIPE, SIG_IGN);
        return;
    }
    const int problem = errno;
    ::close(opened);
    if (!unfinished_.empty()) ::unlink(unfinished_.c_str());
    fail(problem);
}

/// Opens a device, a pipe or an open file of this program's; -1 and errno if that cannot be.
int AtomicFile::open_as_it_is() {
    if (const auto own = own_open_file(file_)) return ::fcntl(*own, F_DUPFD_CLOEXEC, 0);  // its place in it is kept
    return ::open(file_.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
}

/// Makes a new file beside the one that is to be written; -1 and errno if that cannot be.
int AtomicFile::open_beside() {
    std::error_code error;
    int problem = 0;
    if (fs::is_directory(file_, error)) problem = EISDIR;
    if (fs::is_symlink(file_, error)) problem = ELOOP;
    if (fs::is_regular_file(file_, error) && ::access(file_.c_str(), W_OK) != 0) problem = errno;
    if (problem != 0) {
        errno = problem;
        return -1;
    }
    unfinished_ = fmt::format("{}.{}.new", file_.string(), ::getpid());
    int opened = ::open(unfinished_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (opened < 0 && errno == EEXIST && ::unlink(unfinished_.c_str()) == 0) {  // left by a program that was killed
        opened = ::open(unfinished_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    }
    struct stat former {};
    if (opened >= 0 && ::stat(file_.c_str(), &former) == 0) {
        // Who may not give a file away keeps it: then its rights are the new owner's business.
        if (::fchown(opened, former.st_uid, former.st_gid) == 0 || former.st_uid == ::geteuid()) {
            (void)::fchmod(opened, former.st_mode & 0777);
        }
    }
    return opened;
}

AtomicFile::~AtomicFile() {
    if (stream_ == nullptr) return;
    close_stream();
    std::error_code ignored;
    if (!unfinished_.empty()) fs::remove(unfinished_, ignored);
}

/// errno is 0 if nothing went wrong.
void AtomicFile::close_stream() {
    const int problem = std::fclose(stream_) == 0 ? 0 : errno;
    stream_ = nullptr;
    if (former_sigpipe_) std::signal(SIGPIPE, *former_sigpipe_);
    errno = problem;
}

void AtomicFile::fail(int error) const {
    throw TraceError(file_.string(), fmt::format("cannot be written: {}", std::strerror(error)));
}

void AtomicFile::write(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), stream_) != text.size()) fail(errno);
}

void AtomicFile::finish() {
    if (std::fflush(stream_) != 0) fail(errno);
    // Not every file system can: EINVAL then, and closing tells what there is to tell.
    if (!unfinished_.empty() && ::fsync(::fileno(stream_)) != 0 && errno != EINVAL) fail(errno);
    close_stream();
    std::error_code error(errno, std::generic_category());
    if (unfinished_.empty()) {
        if (error) fail(error.value());
        return;
    }
    if (!error) fs::rename(unfinished_, file_, error);
    if (!error) return;
    std::error_code ignored;
    fs::remove(unfinished_, ignored);
    fail(error.value());
}

void write_atomically(const fs::path& file, const std::string& text) {
    AtomicFile out(file);
    out.write(text);
    out.finish();
}

namespace {

bool begins_with(const std::string& name, const char* beginning) {
    return name.rfind(beginning, 0) == 0;
}

bool ends_with(const std::string& name, const char* end) {
    const std::size_t length = std::strlen(end);
    return name.size() >= length && name.compare(name.size() - length, length, end) == 0;
}

/// The capture's folder has these and nothing else.
bool is_traces_own(const std::string& name) {
    return name == "metadata" || begins_with(name, "stream_");
}

/// What `ws run` writes beside the trace, and the notes.
bool is_runs_own(const std::string& name) {
    return name == "run.json" || name == "console.log" || name == "qemu.stderr" || name == "qemu.log" ||
           name == "ram" || name == "recording.rr" || name == "snapshots.qcow2" || name == "notes" ||
           (begins_with(name, "initrd") && ends_with(name, ".cpio"));
}

/// Is `file`, or would it be, one of the folder's files whose names are the run's own?
bool is_file_of(const fs::path& file, const fs::path& folder, bool (*own)(const std::string&)) {
    std::error_code error;
    const fs::path target = behind_links(file);
    if (own(target.filename().string()) && fs::equivalent(fs::absolute(target, error).parent_path(), folder, error)) {
        return true;
    }
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        std::error_code none;  // the file need not be there
        if (own(entry->path().filename().string()) && fs::equivalent(file, entry->path(), none)) return true;
    }
    return false;
}

}  // namespace

void spare_run_files(const fs::path& file, const fs::path& trace_folder) {
    std::error_code error;
    const fs::path trace = fs::absolute(trace_folder, error).lexically_normal();
    const fs::path run = trace.has_filename() ? trace.parent_path() : trace.parent_path().parent_path();
    const bool in_run = fs::exists(run / "run.json", error);
    if (is_file_of(file, trace, is_traces_own) || (in_run && is_file_of(file, run, is_runs_own)) ||
        is_file_of(file, trace, is_runs_own)) {
        throw TraceError(file.string(), fmt::format("is a file of the run that is open ({}), and it is kept; give "
                                                    "another name",
                                                    trace_folder.string()));
    }
}

}  // namespace ws::model
