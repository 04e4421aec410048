// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <random>

#include "tests/unit/catch.hpp"
#include "tests/unit/stories.hpp"
#include "viewer/model/operations/comparison.hpp"

using namespace ws;
using namespace ws::test;

namespace {

using Keys = std::vector<u64>;

/// The pairs, after a look that they are a common subsequence at all.
std::vector<model::Pair> pairs_of(const Keys& a, const Keys& b, bool& exact) {
    const auto pairs = model::common_subsequence(a, b, exact);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        REQUIRE(a.at(pairs[i].a) == b.at(pairs[i].b));
        if (i == 0) continue;
        REQUIRE(pairs[i].a > pairs[i - 1].a);
        REQUIRE(pairs[i].b > pairs[i - 1].b);
    }
    return pairs;
}

/// Length of the longest common subsequence, by the textbook's table: the witness.
std::size_t longest(const Keys& a, const Keys& b) {
    std::vector<std::vector<std::size_t>> table(a.size() + 1, std::vector<std::size_t>(b.size() + 1, 0));
    for (std::size_t i = 1; i <= a.size(); ++i) {
        for (std::size_t j = 1; j <= b.size(); ++j) {
            table[i][j] = a[i - 1] == b[j - 1] ? table[i - 1][j - 1] + 1 : std::max(table[i - 1][j], table[i][j - 1]);
        }
    }
    return table[a.size()][b.size()];
}

struct Both {
    model::Run a;
    model::Run b;
};

Both load(FakeRun& a, FakeRun& b) {
    a.capture();
    b.capture();
    return {model::Run::load(a.folder()), model::Run::load(b.folder())};
}

}  // namespace

TEST_CASE("common subsequences by hand", "[pairing]") {
    bool exact = true;
    CHECK(pairs_of({}, {}, exact).empty());
    CHECK(pairs_of({1, 2, 3}, {}, exact).empty());
    CHECK(pairs_of({}, {1}, exact).empty());
    CHECK(pairs_of({1, 2, 3}, {4, 5}, exact).empty());
    CHECK(pairs_of({1, 2, 3}, {1, 2, 3}, exact).size() == 3);
    CHECK(pairs_of({1, 2, 3}, {0, 1, 2, 3}, exact).size() == 3);
    CHECK(pairs_of({1, 9, 2, 3}, {1, 2, 8, 3}, exact).size() == 3);
    CHECK(exact);
}

TEST_CASE("common subsequences are the longest: against the textbook", "[pairing]") {
    std::mt19937 random(42);
    for (int round = 0; round < 400; ++round) {
        Keys a;
        Keys b;
        const u64 letters = 1 + random() % 6;
        for (u64 i = random() % 40; i > 0; --i) a.push_back(random() % letters);
        for (u64 i = random() % 40; i > 0; --i) b.push_back(random() % letters);
        bool exact = true;
        INFO("round " << round);
        CHECK(pairs_of(a, b, exact).size() == longest(a, b));
        CHECK(exact);
    }
}

TEST_CASE("sequences that differ beyond the bound are still paired, and it is said", "[pairing]") {
    Keys a(3000);
    Keys b(3000);
    std::mt19937 random(1);
    for (u64& key : a) key = random() % 50;
    for (u64& key : b) key = random() % 50;
    bool exact = true;
    const auto pairs = pairs_of(a, b, exact);
    CHECK(!exact);
    CHECK(pairs.size() > 300);
}

TEST_CASE("a million operations that differ here and there are paired in a moment", "[pairing]") {
    Keys a(1'000'000);
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = i % 7;
    Keys b = a;
    for (std::size_t i = 1000; i < b.size(); i += 100'000) b[i] = 99;
    b.insert(b.begin() + 500'000, 3, 98);
    bool exact = true;
    const auto start = std::chrono::steady_clock::now();
    CHECK(pairs_of(a, b, exact).size() == 999'990);
    CHECK(exact);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
}

TEST_CASE("nothing in common at all is found out in bounded time", "[pairing]") {
    bool exact = true;
    const auto start = std::chrono::steady_clock::now();
    CHECK(pairs_of(Keys(20'000, 1), Keys(20'000, 2), exact).empty());
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
}

TEST_CASE("the same guest on two designs pairs completely", "[pairing]") {
    FakeRun split({.design = "split"});
    FakeRun vhe({.design = "vhe"});
    play(split, "split", 50);
    play(vhe, "vhe", 50);
    const Both runs = load(split, vhe);
    const model::Comparison comparison = model::compare(runs.a, runs.b);
    CHECK(comparison.pairing.pairs.size() == 50);
    CHECK(comparison.pairing.only_a.empty());
    CHECK(comparison.pairing.only_b.empty());
    REQUIRE(comparison.rows.size() == 1);
    const model::ComparisonRow& row = comparison.rows[0];
    CHECK(row.kind == "hypercall (HVC, unhandled)");
    CHECK(row.paired == 50);
    CHECK(row.a.count == 50);
    CHECK(row.a.traps == 2);
    CHECK(row.b.traps == 1);
    CHECK(row.a.net.min == row.a.net.max);
    CHECK(row.difference() < 0);
    CHECK(row.ratio() > 1.0);
}

TEST_CASE("operations without a partner are counted and never dropped", "[pairing]") {
    FakeRun a;
    FakeRun b;
    for (FakeRun* run : {&a, &b}) enter_guest(*run);
    for (u64 i = 0; i < 10; ++i) {
        vhe_hypercall(a, kUnhandled, 10, kGuestPc + 4 * i);
        if (i == 3) vhe_hypercall(a, 0xC600'0002, 10, 0x1111);
        if (i != 6) vhe_hypercall(b, kUnhandled, 10, kGuestPc + 4 * i);
        if (i == 8) vhe_hypercall(b, 0xC600'0001, 10, 0x2222);
    }
    const Both runs = load(a, b);
    const model::Comparison comparison = model::compare(runs.a, runs.b);
    CHECK(comparison.pairing.pairs.size() == 9);
    REQUIRE(comparison.pairing.only_a.size() == 2);
    REQUIRE(comparison.pairing.only_b.size() == 1);
    CHECK(runs.a.operations.kind(runs.a.operations.all()[comparison.pairing.only_a[0]]) == "hypercall console_putc");
    CHECK(comparison.pairing.partner_of_a[comparison.pairing.only_a[1]] == model::kUnpaired);
    u64 rows_a = 0;
    u64 rows_b = 0;
    for (const model::ComparisonRow& row : comparison.rows) {
        CHECK(row.a.count == row.paired + row.only_a);
        CHECK(row.b.count == row.paired + row.only_b);
        rows_a += row.a.count;
        rows_b += row.b.count;
    }
    CHECK(rows_a == runs.a.operations.all().size());
    CHECK(rows_b == runs.b.operations.all().size());
    CHECK(comparison.rows.size() == 3);
}

TEST_CASE("the median is a value that occurred", "[comparison]") {
    CHECK(model::spread({}).median == 0);
    CHECK(model::spread({7}).median == 7);
    CHECK(model::spread({1, 9}).median == 1);
    CHECK(model::spread({9, 1, 5}).median == 5);
    CHECK(model::spread({4, 3, 2, 1}).median == 2);
    CHECK(model::spread({4, 3, 2, 1}).min == 1);
    CHECK(model::spread({4, 3, 2, 1}).max == 4);
}
