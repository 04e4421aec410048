// SPDX-License-Identifier: Apache-2.0
// The functions that a freestanding compiler may still call (GCC manual, "Standards").
#include <cstddef>

namespace {

using Word [[gnu::may_alias]] = unsigned long;

/// Copies as many whole words as `bytes` has, eight at a time while it can: what copies a kernel's image is worth that.
/// Both are aligned. Returns the bytes copied.
std::size_t copy_words(void* to, const void* from, std::size_t bytes) {
    auto* t = static_cast<Word*>(to);
    const auto* f = static_cast<const Word*>(from);
    const std::size_t words = bytes / sizeof(Word);
    std::size_t i = 0;
    for (; i + 8 <= words; i += 8) {
        const Word a = f[i], b = f[i + 1], c = f[i + 2], d = f[i + 3];
        const Word e = f[i + 4], g = f[i + 5], h = f[i + 6], j = f[i + 7];
        t[i] = a, t[i + 1] = b, t[i + 2] = c, t[i + 3] = d;
        t[i + 4] = e, t[i + 5] = g, t[i + 6] = h, t[i + 7] = j;
    }
    for (; i < words; ++i) t[i] = f[i];
    return words * sizeof(Word);
}

bool is_aligned(const void* a, const void* b) {
    return ((reinterpret_cast<Word>(a) | reinterpret_cast<Word>(b)) & (sizeof(Word) - 1)) == 0;
}

}  // namespace

extern "C" {

void* memcpy(void* to, const void* from, std::size_t bytes) {
    auto* t = static_cast<unsigned char*>(to);
    const auto* f = static_cast<const unsigned char*>(from);
    for (std::size_t i = is_aligned(to, from) ? copy_words(to, from, bytes) : 0; i < bytes; ++i) t[i] = f[i];
    return to;
}

void* memmove(void* to, const void* from, std::size_t bytes) {
    auto* t = static_cast<unsigned char*>(to);
    const auto* f = static_cast<const unsigned char*>(from);
    if (t < f) return memcpy(to, from, bytes);
    for (std::size_t i = bytes; i > 0; --i) t[i - 1] = f[i - 1];
    return to;
}

void* memset(void* to, int value, std::size_t bytes) {
    auto* t = static_cast<unsigned char*>(to);
    for (std::size_t i = 0; i < bytes; ++i) t[i] = static_cast<unsigned char>(value);
    return to;
}

int memcmp(const void* a, const void* b, std::size_t bytes) {
    const auto* x = static_cast<const unsigned char*>(a);
    const auto* y = static_cast<const unsigned char*>(b);
    for (std::size_t i = 0; i < bytes; ++i) {
        if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
    }
    return 0;
}

std::size_t strlen(const char* text) {
    std::size_t length = 0;
    while (text[length] != '\0') ++length;
    return length;
}

int strcmp(const char* a, const char* b) {
    for (; *a != 0 && *a == *b; ++a) ++b;
    return static_cast<unsigned char>(*a) - static_cast<unsigned char>(*b);
}

int strncmp(const char* a, const char* b, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) {
        if (a[i] != b[i] || a[i] == '\0') return static_cast<unsigned char>(a[i]) - static_cast<unsigned char>(b[i]);
    }
    return 0;
}

}  // extern "C"
