// SPDX-License-Identifier: Apache-2.0
// The functions that a freestanding compiler may still call (GCC manual, "Standards").
#include <cstddef>

extern "C" {

void* memcpy(void* to, const void* from, std::size_t bytes) {
    auto* t = static_cast<unsigned char*>(to);
    const auto* f = static_cast<const unsigned char*>(from);
    for (std::size_t i = 0; i < bytes; ++i) t[i] = f[i];
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
