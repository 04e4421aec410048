// SPDX-License-Identifier: Apache-2.0
// What holds of every packet's header, in a ring and in a file alike.
#pragma once

#include "viewer/model/format/packet.hpp"

namespace ws::model {

/// Throws PacketFault where a header is not good.
inline void demand(bool good, const std::string& message) {
    if (!good) throw PacketFault(0, message);
}

/// Is the content whole bytes, no less than a header and no more than a packet has room for?
inline bool content_fits(const trace::PacketHeader& header) {
    const u64 bytes = header.content_size / 8;
    return header.content_size % 8 == 0 && bytes >= sizeof(header) && bytes <= trace::kPacketBytes;
}

}  // namespace ws::model
