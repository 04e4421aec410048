// SPDX-License-Identifier: Apache-2.0
// Stage 2 tables against a plain list of pages, while a TLB that is as unkind as the architecture allows looks on. It
// may cache any valid descriptor, leaf or table, whenever anything happens, and keeps it until it is invalidated after
// a barrier showed the change to the walkers. So it sees a missing break, barrier or invalidation, and a table that is
// given back too early.
#include <array>
#include <cstdlib>
#include <cstring>
#include <random>
#include <set>
#include <vector>

#include "hyp/stage2/invalidate.hpp"
#include "hyp/stage2/stage2.hpp"
#include "hyp/stage2/table_memory.hpp"
#include "tests/unit/catch.hpp"

using namespace ws;

namespace {

constexpr u64 kPage = Stage2::kPageBytes;
constexpr u64 kBlock = Stage2::kBlockBytes;
constexpr u64 kAddress = 0x0000'ffff'ffff'f000;
constexpr u64 kPermissions = 3ULL << 6 | 3ULL << 53;

constexpr u64 span(int level) { return 1ULL << (12 + 9 * (3 - level)); }

/// A descriptor and where it is: the range that it translates, and the level of the table that it stands in. Of a
/// block, a TLB may hold any part.
struct Descriptor {
    int level = 0;
    u64 start = 0;
    u64 value = 0;
    u64 held = start, held_bytes = span(level);  ///< what the TLB has of it
    bool change_seen = false;                    ///< a barrier has shown the walkers that memory says otherwise

    bool valid() const { return (value & 1) != 0; }
    bool table() const { return level < 3 && (value & 2) != 0; }
    u64* next() const { return reinterpret_cast<u64*>(value & kAddress); }
    bool covers(u64 ipa) const { return overlaps(ipa, 1); }
    bool overlaps(u64 ipa, u64 bytes) const { return held < ipa + bytes && ipa < held + held_bytes; }
};

class Machine {
  public:
    explicit Machine(u32 seed) : random(seed) {}
    ~Machine() {
        for (u64* table : all_) std::free(table);
    }

    u32 below(u64 bound) { return static_cast<u32>(random() % bound); }

    // The seams.
    u64* take() {
        look_around();
        if (below(1000) < shortage) {
            refused = true;
            return nullptr;
        }
        if (unused_.empty()) {
            all_.push_back(static_cast<u64*>(std::aligned_alloc(4096, 4096)));
            unused_.push_back(all_.back());
        }
        u64* const table = unused_.back();
        unused_.pop_back();
        std::memset(table, 0, 4096);
        live.insert(table);
        fresh_.push_back(table);
        return table;
    }

    void give_back(u64* table) {
        look_around();
        demand(live.erase(table) == 1, "a table is given back that was not taken");
        if (table != root()) demand(!reachable().contains(table), "a table is given back that is still linked");
        for (const Descriptor& d : tlb_) {
            demand(table == root() || !d.table() || d.next() != table, "a table is given back that a TLB still knows");
        }
        std::memset(table, 0xff, 4096);
        unused_.push_back(table);
    }

    void barrier() {
        ++barriers;
        look_around();
        if (!fresh_.empty()) {
            auto linked = reachable();
            linked.erase(root());  // no walker has been sent there yet
            for (u64* table : fresh_)
                demand(!linked.contains(table), "a table was linked before it was seen to be filled");
            fresh_.clear();
        }
        shown_ = around();
        for (Descriptor& d : tlb_) d.change_seen = d.change_seen || memory(d.level, d.start).value != d.value;
    }

    void invalidate(u64 ipa, u64 bytes) {
        look_around();
        ++invalidations;
        std::erase_if(tlb_, [&](const Descriptor& d) { return d.change_seen && d.overlaps(ipa, bytes); });
        look_around();
    }

    // What the test asks.
    static void demand(bool good, const char* what) {
        if (!good) FAIL(what);
    }

    /// The descriptor of `level` for `ipa` as it is in memory; value 0 if no table leads there.
    Descriptor memory(int level, u64 ipa) const {
        const u64* table = root();
        for (int at = 1;; ++at) {
            const Descriptor d{at, ipa & ~(span(at) - 1), table[ipa / span(at) % 512]};
            if (at == level) return d;
            if (!d.valid() || !d.table()) return {level, ipa & ~(span(level) - 1), 0};
            table = d.next();
        }
    }

    /// Walks for some addresses near the operation, as any CPU may at any time, and caches what it finds.
    void look_around() {
        if (stage2.root().value == 0) return;
        check_break_before_make();
        const u64 length = to - from;
        for (int i = 0; i < 2; ++i) {
            const u64 ipa = below(3) == 0 ? (below(2) == 0 ? from : to - 1) : from + random() % length;
            const u64* table = root();
            for (int level = 1; level <= 3; ++level) {
                Descriptor d{level, ipa & ~(span(level) - 1), table[ipa / span(level) % 512]};
                const Descriptor* cached = find(level, ipa);
                if (cached != nullptr) d = *cached;
                if (!d.valid()) break;
                if (cached == nullptr) remember(d, ipa);
                if (!d.table()) break;
                table = d.next();
            }
        }
    }

    /// What is cached may be gone from memory, but memory may not say something else of the same range.
    void check_break_before_make() const {
        for (const Descriptor& d : tlb_) {
            const Descriptor now = memory(d.level, d.start);
            if (!now.valid() || now.value == d.value) continue;
            const bool rights_only = !d.table() && !now.table() && ((now.value ^ d.value) & ~kPermissions) == 0;
            demand(rights_only, "a valid entry changed into another without break-before-make");
        }
    }

    /// Starts an operation on [from, to).
    void begin(u64 start, u64 end) {
        from = start;
        to = end;
        refused = false;
        invalidations = 0;
        shown_ = around();
        for (int i = 0; i < 3; ++i) look_around();
    }

    /// Walkers see what the operation did to its range.
    void check_shown() const { demand(shown_ == around(), "what was changed last is not shown to the walkers"); }

    void check_nothing_stale() const {
        for (const Descriptor& d : tlb_)
            demand(memory(d.level, d.start).value == d.value, "a stale translation survived");
    }

    std::set<u64*> reachable() const {
        std::set<u64*> found{root()};
        for (u64 i = 0; i < 512; ++i) {
            const Descriptor above{1, i * span(1), root()[i]};
            if (!above.valid()) continue;
            demand(above.table(), "a block of 1 GiB");
            found.insert(above.next());
            for (u64 j = 0; j < 512; ++j) {
                const Descriptor d{2, 0, above.next()[j]};
                if (d.valid() && d.table()) found.insert(d.next());
            }
        }
        return found;
    }

    /// Every table that was taken is linked, and none but the root is empty.
    void check_tables() const {
        const auto linked = reachable();
        demand(linked == live, "tables leaked");
        for (const u64* table : linked) {
            bool empty = table != root();
            for (u64 i = 0; i < 512 && empty; ++i) empty = (table[i] & 1) == 0;
            demand(!empty, "an empty table was kept");
        }
    }

    u64* root() const { return reinterpret_cast<u64*>(stage2.root().value); }

    std::mt19937 random;
    Stage2 stage2;
    u32 shortage = 0;  ///< of 1000 requests for a table, how many fail
    bool refused = false;
    u64 invalidations = 0, barriers = 0;
    u64 from = 0, to = 1;  ///< the operation at hand
    std::set<u64*> live;

  private:
    /// All descriptors for the first, the middle and the last address of the operation.
    std::array<u64, 9> around() const {
        if (root() == nullptr) return {};
        std::array<u64, 9> values;
        for (u64 i = 0; i < 9; ++i)
            values[i] = memory(1 + static_cast<int>(i % 3), from + (to - 1 - from) * (i / 3) / 2).value;
        return values;
    }

    const Descriptor* find(int level, u64 ipa) const {
        for (const Descriptor& d : tlb_) {
            if (d.level == level && d.covers(ipa)) return &d;
        }
        return nullptr;
    }

    void remember(Descriptor d, u64 ipa) {
        if (!d.table() && below(2) == 0) {
            d.held = ipa & ~(kPage - 1);
            d.held_bytes = kPage;
        }
        constexpr std::size_t kCapacity = 16;
        if (tlb_.size() == kCapacity) tlb_[below(kCapacity)] = tlb_.back(), tlb_.pop_back();
        tlb_.push_back(d);
    }

    std::array<u64, 9> shown_{};  ///< around() at the last barrier
    std::vector<Descriptor> tlb_;
    std::vector<u64*> all_, unused_, fresh_;
};

Machine* machine = nullptr;

/// A run of addresses that the histories use: some on both sides of a border of 1 GiB, some at the very end.
struct Window {
    u64 start;
    u64 pages;
};
constexpr Window kWindows[] = {{(1ULL << 30) - 2 * kBlock, 2048}, {(1ULL << 39) - 2 * kBlock, 1024}};

struct PageModel {
    bool mapped = false;
    u64 pa = 0;
    Stage2::Rights rights;
};

class History {
  public:
    explicit History(u32 seed) : m_(seed) {
        machine = &m_;
        m_.shortage = seed % 2 == 0 ? 0 : 60;
        for (std::size_t i = 0; i < std::size(kWindows); ++i) model_[i].resize(kWindows[i].pages);
        while (!m_.stage2.open()) REQUIRE(m_.refused);
        REQUIRE(m_.barriers > 0);  // another CPU may be the first whose walker comes here
    }
    ~History() { machine = nullptr; }

    void step() {
        window_ = m_.below(std::size(kWindows));
        choose_range();
        const u64 start = kWindows[window_].start + first_ * kPage;
        m_.begin(start, start + count_ * kPage);
        const u32 what = m_.below(100);
        if (what < 45) {
            map();
        } else if (what < 70) {
            unmap();
        } else {
            protect();
        }
        m_.check_shown();
        m_.check_nothing_stale();
        check_page(first_);
        check_page(first_ + count_ - 1);
        for (int i = 0; i < 4; ++i) check_page(first_ + m_.below(count_));
        for (int i = 0; i < 2; ++i) check_page(m_.below(pages().size()));
    }

    void check_all() {
        for (window_ = 0; window_ < std::size(kWindows); ++window_) {
            for (u64 i = 0; i < pages().size(); ++i) check_page(i);
        }
        m_.check_tables();
    }

    void close() {
        m_.stage2.close();
        Machine::demand(m_.live.empty(), "close() kept tables");
    }

  private:
    std::vector<PageModel>& pages() { return model_[window_]; }

    void choose_range() {
        const u64 all = pages().size();
        first_ = m_.below(all);
        if (m_.below(3) == 0) first_ &= ~511ULL;
        const u32 shape = m_.below(4);
        count_ = shape == 0   ? 1 + m_.below(3)
                 : shape == 1 ? 512 * (1 + m_.below(3))
                              : 1 + m_.below(shape == 2 ? 40 : 1200);
        if (first_ + count_ > all) count_ = all - first_;
    }

    Stage2::Rights some_rights() {
        const u32 bits = m_.below(8);
        return {(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0};
    }

    void map() {
        bool hole = true;
        for (u64 i = 0; i < count_; ++i) {
            if (!pages()[first_ + i].mapped) continue;
            if (m_.below(8) != 0 && i != 0) {  // mostly shortened to what is free; sometimes asked for as it is
                count_ = i;
                break;
            }
            hole = false;
            break;
        }
        u64 pa = (1 + m_.below(1 << 24)) * kPage;
        if (m_.below(2) == 0) pa = (pa & ~(kBlock - 1)) | m_.from % kBlock;  // blocks fit
        const auto rights = some_rights();
        const bool done = m_.stage2.map(Ipa{m_.from}, Pa{pa}, count_ * kPage, rights);
        Machine::demand(done == (hole && !m_.refused), "map() returned the wrong thing");
        if (!done) return;
        Machine::demand(m_.invalidations == 0, "mapping needs no invalidation");
        for (u64 i = 0; i < count_; ++i) pages()[first_ + i] = {true, pa + i * kPage, rights};
        for (u64 i = 0; i < count_; i += 37) {
            const u64 at = m_.from + i * kPage;
            const u64 block = at & ~(kBlock - 1);
            const bool fits =
                block >= m_.from && block + kBlock <= m_.from + count_ * kPage && (pa ^ m_.from) % kBlock == 0;
            Machine::demand(m_.stage2.lookup(Ipa{at}).bytes == (fits ? kBlock : kPage),
                            "not the largest size that fits");
        }
    }

    void unmap() {
        const bool done = m_.stage2.unmap(Ipa{m_.from}, count_ * kPage);
        Machine::demand(done == !m_.refused, "unmap() returned the wrong thing");
        for (u64 i = 0; done && i < count_; ++i) pages()[first_ + i] = {};
    }

    void protect() {
        const auto rights = some_rights();
        const bool done = m_.stage2.protect(Ipa{m_.from}, count_ * kPage, rights);
        Machine::demand(done == !m_.refused, "protect() returned the wrong thing");
        for (u64 i = 0; done && i < count_; ++i) pages()[first_ + i].rights = rights;
    }

    /// lookup() and a walk of the table's bits both say what the list says.
    void check_page(u64 i) {
        const PageModel& page = pages()[i];
        const u64 ipa = kWindows[window_].start + i * kPage + m_.below(kPage);
        const auto found = m_.stage2.lookup(Ipa{ipa});
        Machine::demand(found.mapped == page.mapped, "lookup() is wrong about what is mapped");
        Descriptor leaf;
        for (int level = 1; level <= 3; ++level) {
            leaf = m_.memory(level, ipa);
            if (!leaf.valid() || !leaf.table()) break;
        }
        Machine::demand(leaf.valid() == page.mapped, "the tables are wrong about what is mapped");
        Machine::demand(found.bytes == span(leaf.level), "lookup() is wrong about the size");
        if (!page.mapped) return;
        Machine::demand(found.pa.value == page.pa + ipa % kPage, "lookup() has the wrong address");
        if (found.rights != page.rights) FAIL("lookup() has the wrong rights");
        Machine::demand((leaf.value & 3) == (leaf.level == 3 ? 3U : 1U), "wrong kind of descriptor");
        Machine::demand((leaf.value & kAddress) + ipa % span(leaf.level) == found.pa.value, "a wrong output address");
        // S2AP; XN; MemAttr normal write-back; inner shareable; AF; nothing else.
        const u64 s2ap = (page.rights.read ? 1U : 0U) | (page.rights.write ? 2U : 0U);
        const u64 rest = s2ap << 6 | (page.rights.execute ? 0ULL : 2ULL) << 53 | 0xfU << 2 | 3U << 8 | 1U << 10;
        Machine::demand((leaf.value & ~kAddress & ~3ULL) == rest, "wrong attributes");
    }

    Machine m_;
    std::vector<PageModel> model_[std::size(kWindows)];
    std::size_t window_ = 0;
    u64 first_ = 0, count_ = 1;
};

void run_histories(int steps) {
    for (u32 seed = 0; seed < 8; ++seed) {
        INFO("seed " << seed);
        History history(seed);
        for (int step = 0; step < steps; ++step) {
            history.step();
            if (step % 500 == 0) history.check_all();
        }
        history.check_all();
        history.close();
    }
    SUCCEED("all histories");
}

}  // namespace

namespace ws {

u64* take_table() { return machine->take(); }
void give_back_table(u64* table) { machine->give_back(table); }
void stage2_barrier() { machine->barrier(); }
void invalidate_stage2(const Stage2&, Ipa ipa, u64 bytes) { machine->invalidate(ipa.value, bytes); }

}  // namespace ws

TEST_CASE("stage 2 tables do what a list of pages does, and no TLB sees anything else") { run_histories(25'000); }

TEST_CASE("the same, a million steps", "[.long]") { run_histories(125'000); }

TEST_CASE("stage 2 refuses what it cannot map") {
    Machine m(1);
    machine = &m;
    Stage2& stage2 = m.stage2;
    REQUIRE(stage2.open());
    constexpr u64 kEnd = 1ULL << Stage2::kIpaBits;
    const auto all = Stage2::kAllRights;
    CHECK_FALSE(stage2.map(Ipa{0x800}, Pa{0}, kPage, all));
    CHECK_FALSE(stage2.map(Ipa{0}, Pa{0x800}, kPage, all));
    CHECK_FALSE(stage2.map(Ipa{0}, Pa{0}, kPage + 1, all));
    CHECK_FALSE(stage2.map(Ipa{kEnd - kPage}, Pa{0}, 2 * kPage, all));
    CHECK_FALSE(stage2.map(Ipa{kEnd}, Pa{0}, kPage, all));
    CHECK_FALSE(stage2.map(Ipa{0}, Pa{(1ULL << 48) - kPage}, 2 * kPage, all));
    CHECK_FALSE(stage2.map(Ipa{~0ULL << 12}, Pa{0}, 2 * kPage, all));
    CHECK_FALSE(stage2.unmap(Ipa{kEnd - kPage}, 2 * kPage));
    CHECK_FALSE(stage2.unmap(Ipa{1}, kPage));
    CHECK_FALSE(stage2.protect(Ipa{0}, kEnd + kPage, all));
    CHECK_FALSE(stage2.protect(Ipa{0}, 1, all));
    CHECK(m.live.size() == 1);
    CHECK(stage2.map(Ipa{kEnd - kPage}, Pa{(1ULL << 48) - kPage}, kPage, all));
    CHECK(stage2.lookup(Ipa{kEnd - 1}).pa.value == (1ULL << 48) - 1);
    CHECK_FALSE(stage2.lookup(Ipa{kEnd}).mapped);
    CHECK_FALSE(stage2.lookup(Ipa{~0ULL}).mapped);
    CHECK(stage2.lookup(Ipa{0}).bytes == 1ULL << 30);
    CHECK(stage2.unmap(Ipa{0}, kEnd));
    CHECK(m.live.size() == 1);
    stage2.close();
    CHECK(m.live.empty());
    machine = nullptr;
}

TEST_CASE("VTTBR_EL2 and VTCR_EL2 say where the tables are and how they are made") {
    Machine m(1);
    machine = &m;
    REQUIRE(m.stage2.open());
    CHECK(m.stage2.vttbr(Vmid{0x1234}) == (0x1234ULL << 48 | m.stage2.root().value));
    // RES1, PS 40 bits, TG0 4 KiB, inner shareable, write-back walks, SL0 level 1, T0SZ 25.
    CHECK(Stage2::vtcr(2) == (1ULL << 31 | 2ULL << 16 | 3ULL << 12 | 1ULL << 10 | 1ULL << 8 | 1ULL << 6 | 25));
    m.stage2.close();
    machine = nullptr;
}
