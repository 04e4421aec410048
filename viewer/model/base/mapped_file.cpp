// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/base/mapped_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>
#include <utility>

#include "viewer/model/base/error.hpp"

namespace ws::model {
namespace {

/// What is mapped, for the signal's handler: it may neither lock nor allocate.
struct Mapping {
    std::atomic<std::uintptr_t> begin{0};
    std::atomic<std::size_t> size{0};
    std::atomic<bool> taken{false};
    std::atomic<bool> lost{false};
};
constexpr std::size_t kMostMappings = 256;
std::array<Mapping, kMostMappings> mappings;
std::uintptr_t page_bytes = 4096;
struct sigaction former_action;

/// SIGBUS comes when a page of a mapping lies behind the file's end. A page of zeros takes its place, and the access is
/// made once more.
void on_bus_error(int signal, siginfo_t* info, void*) {
    const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
    for (Mapping& mapping : mappings) {
        const std::uintptr_t begin = mapping.begin;
        if (begin == 0 || address < begin || address - begin >= mapping.size) continue;
        void* const page = reinterpret_cast<void*>(address & ~(page_bytes - 1));
        const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
        if (::mmap(page, page_bytes, PROT_READ, flags, -1, 0) == MAP_FAILED) break;
        mapping.lost = true;
        return;
    }
    ::sigaction(signal, &former_action, nullptr);  // somebody else's: it comes again, and is dealt with as it was
}

void watch_for_bus_errors() {
    static std::once_flag once;
    std::call_once(once, [] {
        page_bytes = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
        struct sigaction action {};
        action.sa_sigaction = on_bus_error;
        action.sa_flags = SA_SIGINFO;
        ::sigaction(SIGBUS, &action, &former_action);
    });
}

std::size_t take_place(const std::filesystem::path& path) {
    for (std::size_t i = 0; i < mappings.size(); ++i) {
        bool free = false;
        if (mappings[i].taken.compare_exchange_strong(free, true)) return i;
    }
    throw TraceError(path.string(), "cannot be mapped: too many traces are open");
}

[[noreturn]] void fail(const std::filesystem::path& path, int file) {
    const int problem = errno;
    if (file >= 0) ::close(file);
    throw TraceError(path.string(), fmt::format("cannot be opened for reading: {}", std::strerror(problem)));
}

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0 && errno == ENOENT) throw TraceError(path.string(), "is missing or no regular file");
    if (file < 0) fail(path, file);
    struct stat status {};
    if (::fstat(file, &status) != 0) fail(path, file);
    if (!S_ISREG(status.st_mode)) {
        ::close(file);
        throw TraceError(path.string(), "is missing or no regular file");
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size == 0) {
        ::close(file);
        return;
    }
    watch_for_bus_errors();
    void* const address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
    if (address == MAP_FAILED) fail(path, file);
    ::close(file);
    data_ = static_cast<const u8*>(address);
    size_ = size;
    place_ = take_place(path);
    mappings[place_].lost = false;
    mappings[place_].size = size;
    mappings[place_].begin = reinterpret_cast<std::uintptr_t>(address);
}

MappedFile::~MappedFile() {
    if (data_ == nullptr) return;
    mappings[place_].begin = 0;
    ::munmap(const_cast<u8*>(data_), size_);
    mappings[place_].taken = false;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)), place_(other.place_) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(place_, other.place_);
    return *this;
}

bool MappedFile::lost() const {
    return data_ != nullptr && mappings[place_].lost;
}

}  // namespace ws::model
