// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/capture/guest_ram.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "viewer/model/base/error.hpp"

namespace ws::model {

std::unique_ptr<GuestRam> GuestRam::map(const std::filesystem::path& file, u64 offset) {
    const int fd = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        if (errno == ENOENT) return nullptr;
        throw TraceError(file.string(), fmt::format("cannot be opened: {}", std::strerror(errno)));
    }
    struct stat status {};
    const bool known = ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    const u64 size = known ? static_cast<u64>(status.st_size) : 0;
    void* base = MAP_FAILED;
    const bool fits = offset < size && size - offset >= trace::kRunPageBytes;
    if (fits) base = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    const int problem = errno;
    ::close(fd);
    if (!known) throw TraceError(file.string(), "is no regular file");
    if (!fits) return nullptr;
    if (base == MAP_FAILED)
        throw TraceError(file.string(), fmt::format("cannot be mapped: {}", std::strerror(problem)));
    return std::unique_ptr<GuestRam>(new GuestRam(base, size, offset));
}

GuestRam::GuestRam(void* base, u64 mapped, u64 skip)
    : base_(static_cast<u8*>(base)), mapped_(mapped), page_(base_ + skip), size_(mapped - skip) {}

GuestRam::~GuestRam() {
    ::munmap(base_, mapped_);
}

bool GuestRam::ready() const {
    const u64* magic = reinterpret_cast<const u64*>(page_ + offsetof(trace::RunPage, magic));
    return __atomic_load_n(magic, __ATOMIC_ACQUIRE) == trace::kRunPageMagic;
}

trace::RunPage GuestRam::run_page() const {
    trace::RunPage page;
    std::memcpy(&page, page_, sizeof(page));
    return page;
}

u64* GuestRam::word(u32 cpu, std::size_t offset) const {
    return reinterpret_cast<u64*>(page_ + offsetof(trace::RunPage, rings) + cpu * sizeof(trace::RingControl) + offset);
}

u64 GuestRam::produced(u32 cpu) const {
    // Acquire pairs with the recorder's release: the packets below this number are whole when we copy them.
    return __atomic_load_n(word(cpu, offsetof(trace::RingControl, produced)), __ATOMIC_ACQUIRE);
}

u64 GuestRam::open_bytes(u32 cpu) const {
    return __atomic_load_n(word(cpu, offsetof(trace::RingControl, open_bytes)), __ATOMIC_ACQUIRE);
}

void GuestRam::set_consumed(u32 cpu, u64 value) {
    // Release: our copy is made before the recorder may write over the packet.
    __atomic_store_n(word(cpu, offsetof(trace::RingControl, consumed)), value, __ATOMIC_RELEASE);
}

void GuestRam::copy(u64 offset, void* to, std::size_t bytes) const {
    std::memcpy(to, page_ + offset, bytes);
}

}  // namespace ws::model
