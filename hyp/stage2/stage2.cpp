// SPDX-License-Identifier: Apache-2.0
#include "stage2.hpp"

#include "invalidate.hpp"
#include "table_memory.hpp"

namespace ws {

namespace {

// Stage 2 descriptors (Arm ARM D8.3).
constexpr u64 kValid = 1;
constexpr u64 kTableOrPage = 2;  // a table at levels 1 and 2, a page at level 3
constexpr u64 kMemAttrNormalWriteBack = 0xfULL << 2;
constexpr BitField kS2ap{7, 6};  // bit 6 lets the guest read, bit 7 write
constexpr u64 kInnerShareable = 3ULL << 8;
constexpr u64 kAccessFlag = 1ULL << 10;
constexpr u64 kExecuteNever = 2ULL << 53;  // XN[54:53] = 0b10: at EL1 and at EL0
constexpr u64 kRightsMask = kS2ap.mask() | kExecuteNever;
constexpr u64 kAddressMask = 0x0000'ffff'ffff'f000;

constexpr unsigned kFirstLevel = 1;
constexpr unsigned kBlockLevel = 2;
constexpr unsigned kPageLevel = 3;
constexpr u64 kEntries = 512;

/// What an entry of a table of `level` covers.
constexpr u64 span_of(unsigned level) { return Stage2::kPageBytes << (9 * (kPageLevel - level)); }

constexpr u64 index(u64 ipa, unsigned level) { return ipa / span_of(level) % kEntries; }

bool is_valid(u64 entry) { return (entry & kValid) != 0; }
bool is_table(u64 entry, unsigned level) { return level < kPageLevel && (entry & kTableOrPage) != 0; }
u64* table_of(u64 entry) { return reinterpret_cast<u64*>(entry & kAddressMask); }

/// A walker may look at any time, so an entry changes in one store (single-copy atomic, Arm ARM B2.2.1).
void store(u64& entry, u64 value) { __atomic_store_n(&entry, value, __ATOMIC_RELAXED); }

u64 rights_bits(Stage2::Rights rights) {
    return kS2ap.of((rights.read ? 1U : 0U) | (rights.write ? 2U : 0U)) | (rights.execute ? 0 : kExecuteNever);
}

Stage2::Rights rights_of(u64 entry) {
    const u64 s2ap = kS2ap.get(entry);
    return {(s2ap & 1) != 0, (s2ap & 2) != 0, (entry & kExecuteNever) == 0};
}

u64 leaf(u64 pa, unsigned level, u64 rights) {
    const u64 type = level == kPageLevel ? kTableOrPage : 0;
    return pa | rights | kMemAttrNormalWriteBack | kInnerShareable | kAccessFlag | type | kValid;
}

u64 table_entry(const u64* table) { return reinterpret_cast<u64>(table) | kTableOrPage | kValid; }

bool is_empty(const u64* table) {
    for (u64 i = 0; i < kEntries; ++i) {
        if (is_valid(table[i])) return false;
    }
    return true;
}

bool is_range(Ipa ipa, u64 bytes) {
    constexpr u64 kEnd = 1ULL << Stage2::kIpaBits;
    return ipa.value % Stage2::kPageBytes == 0 && bytes % Stage2::kPageBytes == 0 && bytes <= kEnd &&
           ipa.value <= kEnd - bytes;
}

/// The end of the entry that `at` lies in, or `to` if that comes first.
u64 end_of_entry(u64 at, unsigned level, u64 to) {
    const u64 end = (at & ~(span_of(level) - 1)) + span_of(level);
    return end < to ? end : to;
}

/// Changes the rights of what [from, to) maps in a table of `level` and below. Did anything change?
bool change_rights(u64* table, unsigned level, u64 from, u64 to, u64 rights) {
    bool changed = false;
    for (u64 at = from, end; at < to; at = end) {
        end = end_of_entry(at, level, to);
        u64& entry = table[index(at, level)];
        if (!is_valid(entry)) continue;
        if (is_table(entry, level)) {
            changed |= change_rights(table_of(entry), level + 1, at, end, rights);
        } else if ((entry & kRightsMask) != rights) {
            // Only permissions change: that needs no break-before-make (Arm ARM D8.14.1).
            store(entry, (entry & ~kRightsMask) | rights);
            changed = true;
        }
    }
    return changed;
}

}  // namespace

/// What a removal leaves for after the invalidation.
struct Stage2::Removed {
    bool any = false;
    u64* tables = nullptr;  ///< empty ones; the first word of each is the address of the next

    /// Until the invalidation a walker may still come here by a table entry that it cached. It takes the first word for
    /// an invalid entry, as an address of a table has bit 0 clear.
    void add(u64* table) {
        store(table[0], reinterpret_cast<u64>(tables));
        tables = table;
    }

    /// Makes invalid what [from, to) maps in `table`, and unlinks tables that have become empty.
    void remove(u64* table, unsigned level, u64 from, u64 to) {
        for (u64 at = from, end; at < to; at = end) {
            end = end_of_entry(at, level, to);
            u64& entry = table[index(at, level)];
            if (!is_valid(entry)) continue;
            const u64 old = entry;
            if (is_table(old, level)) {
                remove(table_of(old), level + 1, at, end);
                if (!is_empty(table_of(old))) continue;
            }
            store(entry, 0);
            any = true;
            if (is_table(old, level)) add(table_of(old));
        }
    }
};

bool Stage2::open() {
    root_ = take_table();
    if (root_ == nullptr) return false;
    stage2_barrier();  // any CPU's walker finds the zeros, once VTTBR_EL2 leads there
    return true;
}

void Stage2::close() {
    if (root_ == nullptr) return;
    remove(Ipa{0}, 1ULL << kIpaBits);
    give_back_table(root_);
    root_ = nullptr;
}

/// The entry of `level` for `ipa`, over which nothing larger is mapped. Null: a table was needed and there was none.
u64* Stage2::entry_for(Ipa ipa, unsigned level) {
    u64* table = root_;
    for (unsigned above = kFirstLevel; above < level; ++above) {
        u64& entry = table[index(ipa.value, above)];
        if (!is_valid(entry)) {
            u64* const lower = take_table();
            if (lower == nullptr) return nullptr;
            stage2_barrier();  // a walker that sees the table's address must see the zeros in it
            store(entry, table_entry(lower));
        }
        table = table_of(entry);
    }
    return &table[index(ipa.value, level)];
}

bool Stage2::map(Ipa ipa, Pa pa, u64 bytes, Rights rights) {
    constexpr u64 kPaEnd = 1ULL << 48;
    if (!is_range(ipa, bytes) || pa.value % kPageBytes != 0 || pa.value > kPaEnd - bytes) return false;
    for (u64 at = 0; at < bytes;) {
        const Translation old = lookup(ipa + at);
        if (old.mapped) return false;
        at += old.bytes - (ipa.value + at) % old.bytes;
    }
    for (u64 done = 0; done < bytes;) {
        const bool aligned = ((ipa.value + done) | (pa.value + done)) % kBlockBytes == 0;
        const unsigned level = aligned && bytes - done >= kBlockBytes ? kBlockLevel : kPageLevel;
        u64* const entry = entry_for(ipa + done, level);
        if (entry == nullptr) {
            remove(ipa, done + kPageBytes);  // with the tables that were made for the page that failed
            return false;
        }
        store(*entry, leaf(pa.value + done, level, rights_bits(rights)));
        done += span_of(level);
    }
    stage2_barrier();  // and no TLB maintenance: an invalid entry is never cached (Arm ARM D8.13)
    return true;
}

/// Makes pages of the block in the middle of which `edge` lies, if there is one. False: no table for them.
bool Stage2::break_block_at(Ipa edge) {
    if (edge.value % kBlockBytes == 0) return true;
    const u64 above = root_[index(edge.value, kFirstLevel)];
    if (!is_valid(above)) return true;
    u64& entry = table_of(above)[index(edge.value, kBlockLevel)];
    if (!is_valid(entry) || is_table(entry, kBlockLevel)) return true;

    u64* const pages = take_table();
    if (pages == nullptr) return false;
    for (u64 i = 0; i < kEntries; ++i) {
        store(pages[i], leaf((entry & kAddressMask) + i * kPageBytes, kPageLevel, entry & kRightsMask));
    }
    // Break-before-make (Arm ARM D8.14.1): a TLB that held the block and one of its pages at the same time could answer
    // with either, or with a mixture of both, or with a TLB conflict abort.
    store(entry, 0);
    stage2_barrier();  // for the pages too
    invalidate_stage2(*this, Ipa{edge.value & ~(kBlockBytes - 1)}, kBlockBytes);
    store(entry, table_entry(pages));
    stage2_barrier();
    return true;
}

void Stage2::remove(Ipa ipa, u64 bytes) {
    Removed removed;
    removed.remove(root_, kFirstLevel, ipa.value, ipa.value + bytes);
    if (!removed.any) return;
    stage2_barrier();
    invalidate_stage2(*this, ipa, bytes);
    while (removed.tables != nullptr) {
        u64* const table = removed.tables;
        removed.tables = reinterpret_cast<u64*>(table[0]);
        give_back_table(table);
    }
}

bool Stage2::unmap(Ipa ipa, u64 bytes) {
    if (!is_range(ipa, bytes) || !break_edges(ipa, bytes)) return false;
    remove(ipa, bytes);
    return true;
}

bool Stage2::protect(Ipa ipa, u64 bytes, Rights rights) {
    if (!is_range(ipa, bytes) || !break_edges(ipa, bytes)) return false;
    if (change_rights(root_, kFirstLevel, ipa.value, ipa.value + bytes, rights_bits(rights))) {
        stage2_barrier();
        invalidate_stage2(*this, ipa, bytes);
    }
    return true;
}

Stage2::Translation Stage2::lookup(Ipa ipa) const {
    if (ipa.value >> kIpaBits != 0) return {};
    const u64* table = root_;
    for (unsigned level = kFirstLevel;; ++level) {
        const u64 entry = table[index(ipa.value, level)];
        const u64 span = span_of(level);
        if (!is_valid(entry)) return {false, Pa{}, Rights{}, span};
        if (!is_table(entry, level))
            return {true, Pa{(entry & kAddressMask) + ipa.value % span}, rights_of(entry), span};
        table = table_of(entry);
    }
}

}  // namespace ws
