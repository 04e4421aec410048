// SPDX-License-Identifier: Apache-2.0
#include "entropy_device.hpp"

#include "serve.hpp"

namespace ws::virtio {

namespace {
constexpr u32 kRequestQueue = 0;
/// A chain may get less than it has room for (5.4.6.1); random bytes are dear.
constexpr u32 kMostForAChain = 256;
}  // namespace

bool EntropyDevice::service() {
    serve_notified(transport_, kRequestQueue, [this](const Chain& chain) {
        const u32 wanted = chain.writable_bytes < kMostForAChain ? chain.writable_bytes : kMostForAChain;
        if (wanted == 0) return Outcome::done(0);
        u8 bytes[kMostForAChain];
        const u32 got = source_(context_, bytes, wanted);
        if (got == 0) return Outcome::later();
        return Outcome::done(chain.output().write(bytes, got < wanted ? got : wanted));
    });
    return transport_.has_work();
}

}  // namespace ws::virtio
