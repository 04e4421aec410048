// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/trace/damage.hpp"

#include <fmt/format.h>

namespace ws::model {
namespace {

std::string packets_of(const Damage& damage) {
    if (!damage.packets) {
        return fmt::format("no packet from number {} on is there, and how many there were cannot be told",
                           damage.first_packet);
    }
    if (*damage.packets == 0) return "no packet is missing, but there is something that belongs to none";
    if (*damage.packets == 1) return fmt::format("packet {} is missing", damage.first_packet);
    return fmt::format("packets {} to {} are missing", damage.first_packet, damage.first_packet + *damage.packets - 1);
}

std::string bytes_of(const Damage& damage) {
    if (damage.bytes == 0) return fmt::format("at byte {}", damage.offset);
    return fmt::format("bytes {} to {}", damage.offset, damage.offset + damage.bytes - 1);
}

std::string events_of(const Damage& damage) {
    std::string text = "how many events were in them cannot be told";
    if (damage.discarded != 0) {
        text += fmt::format("; {} more had been dropped by the recorder itself in that time", damage.discarded);
    }
    return text;
}

}  // namespace

std::string Damage::text() const {
    std::string text = fmt::format("stream_{}: {} ({}: {})", cpu, packets_of(*this), bytes_of(*this), reason);
    if (!events_missing()) return text;
    text += to ? fmt::format(", raw time {} to {}", from, *to) : fmt::format(", raw time {} to the end", from);
    return text + "; " + events_of(*this);
}

}  // namespace ws::model
