// SPDX-License-Identifier: Apache-2.0
// A CPU's clock is set right, on a CPU that counts instructions and on one that is a thread of a busy host.
#include "hyp/boot/clock_alignment.hpp"

#include <random>

#include "tests/unit/catch.hpp"

using namespace ws;

namespace {

constexpr u64 kPeriod = 16;

/// A counter that is behind, on a CPU whose instructions take some nanoseconds, and which now and then has to wait.
class MadeUpClock {
  public:
    MadeUpClock(unsigned seed, unsigned loop, unsigned longest, unsigned waits_in_ten)
        : random_(seed), loop_(loop), longest_(longest), waits_in_ten_(waits_in_ten) {}

    ClockPair pair() {
        now_ += loop_;
        step();
        const u64 ticks = now_ / kPeriod;
        step();
        return {ticks, now_ - behind_};
    }
    void add(u64 cycles) {
        step();
        const u64 value = now_ - behind_ + cycles + 3;
        for (unsigned i = 0; i < 3; ++i) step();
        behind_ = now_ - value;
    }
    void wait() { step(); }
    i64 behind() const { return static_cast<i64>(behind_); }

  private:
    void step() {
        now_ += longest_ == 1 ? 1 : 1 + random_() % longest_;
        if (random_() % 10 < waits_in_ten_) now_ += random_() % 300'000;
    }

    std::mt19937 random_;
    unsigned loop_;
    unsigned longest_;
    unsigned waits_in_ten_;
    u64 now_ = 1'234'567;
    u64 behind_ = 1'000'000;
};

}  // namespace

TEST_CASE("where an instruction takes a nanosecond the clock is set exactly", "[clock]") {
    for (unsigned loop = 0; loop < 32; ++loop) {
        MadeUpClock clock(1, loop, 1, 0);
        align_clock(clock, kPeriod);
        INFO("a loop of " << loop);
        CHECK(clock.behind() == 0);
    }
}

TEST_CASE("a CPU that has to wait anywhere sets its clock nearly right, and never ahead of time", "[clock]") {
    for (unsigned seed = 0; seed < 200; ++seed) {
        MadeUpClock clock(seed, 20, 40, 2);
        align_clock(clock, kPeriod);
        INFO("seed " << seed);
        CHECK(clock.behind() <= static_cast<i64>(kClockGoodEnough + 200));
        CHECK(clock.behind() >= -4);  // the nanoseconds that instructions take at least
    }
}
