// SPDX-License-Identifier: Apache-2.0
#include "chain.hpp"

namespace ws::virtio {

Segment Cursor::next(u32 most) {
    if (most > together()) most = together();
    if (most == 0) return {};
    const Segment piece{segment_->data + done_, most};
    done_ += most;
    if (done_ == segment_->bytes) {
        ++segment_;
        --segments_;
        done_ = 0;
    }
    return piece;
}

u32 Cursor::read(u8* to, u32 bytes) {
    u32 done = 0;
    while (done < bytes) {
        const Segment piece = next(bytes - done);
        if (piece.bytes == 0) break;
        __builtin_memcpy(to + done, piece.data, piece.bytes);
        done += piece.bytes;
    }
    __atomic_signal_fence(__ATOMIC_SEQ_CST);  // as in read_once()
    return done;
}

u32 Cursor::write(const u8* from, u32 bytes) {
    u32 done = 0;
    while (done < bytes) {
        const Segment piece = next(bytes - done);
        if (piece.bytes == 0) break;
        __builtin_memcpy(piece.data, from + done, piece.bytes);
        done += piece.bytes;
    }
    return done;
}

u32 Cursor::skip(u32 bytes) {
    u32 done = 0;
    while (done < bytes) {
        const Segment piece = next(bytes - done);
        if (piece.bytes == 0) break;
        done += piece.bytes;
    }
    return done;
}

}  // namespace ws::virtio
