// SPDX-License-Identifier: Apache-2.0
// VMIDs against a model of the TLBs: it knows, for every number, the VM whose translations some TLB may still hold
// under it.
#include <map>
#include <memory>
#include <random>
#include <vector>

#include "hyp/stage2/vmid_allocator.hpp"
#include "tests/unit/catch.hpp"

using namespace ws;

namespace {

void demand(bool good, const char* what) {
    if (!good) FAIL(what);
}

constexpr int kNobody = -1;

class VmidHistory {
  public:
    VmidHistory(u32 seed, u32 vmids, u32 cpus, u32 vms)
        : random_(seed),
          vmids_(vmids),
          allocator_(std::make_unique<VmidAllocator>()),
          slots_(vms),
          runs_(cpus, kNobody),
          runs_with_(cpus, 0) {
        REQUIRE(allocator_->open(vmids, cpus));
    }

    void step() {
        const u32 cpu = static_cast<u32>(random_() % runs_.size());
        if (random_() % 4 == 0) {
            allocator_->leave(cpu);
            runs_[cpu] = kNobody;
            return;
        }
        const int vm = static_cast<int>(random_() % slots_.size());
        bool forget_all = random_() % 2 == 0;
        const u32 number = static_cast<u32>(allocator_->use(slots_[static_cast<std::size_t>(vm)], cpu, forget_all));
        demand(number == static_cast<u32>(slots_[static_cast<std::size_t>(vm)].vmid), "the slot has another number");
        demand(number != 0 && number < vmids_, "a number that does not exist");
        runs_[cpu] = kNobody;
        if (forget_all) {
            ++forgotten;
            known_.clear();
            // What other CPUs run, they go on caching.
            for (std::size_t other = 0; other < runs_.size(); ++other) {
                if (runs_[other] != kNobody) known_[runs_with_[other]] = runs_[other];
            }
        }
        const auto known = known_.try_emplace(number, vm).first;
        demand(known->second == vm, "a TLB may still hold another VM's translations under this number");
        runs_[cpu] = vm;
        runs_with_[cpu] = number;
        for (std::size_t other = 0; other < runs_.size(); ++other) {
            if (runs_[other] == kNobody) continue;
            demand((runs_[other] == vm) == (runs_with_[other] == number),
                   "a running VM has one number, and has it alone");
        }
    }

    int forgotten = 0;

  private:
    std::mt19937 random_;
    u32 vmids_;
    std::unique_ptr<VmidAllocator> allocator_;
    std::vector<VmidSlot> slots_;
    std::vector<int> runs_;
    std::vector<u32> runs_with_;
    std::map<u32, int> known_;  ///< the VM that TLBs may have translations of, by number
};

}  // namespace

TEST_CASE("a VMID has one VM until all TLBs have forgotten it") {
    struct {
        u32 vmids, cpus, vms;
    } const cases[] = {{3, 2, 5}, {2, 1, 4},   {9, 8, 20},    {9, 8, 3},
                       {5, 4, 4}, {16, 4, 40}, {256, 8, 300}, {65536, 8, 9}};
    for (const auto& c : cases) {
        for (u32 seed = 0; seed < 5; ++seed) {
            INFO(c.vmids << " VMIDs, " << c.cpus << " CPUs, " << c.vms << " VMs, seed " << seed);
            VmidHistory history(seed, c.vmids, c.cpus, c.vms);
            for (int step = 0; step < 20'000; ++step) history.step();
            if (c.vms < c.vmids) CHECK(history.forgotten == 0);
            if (c.vms >= 2 * c.vmids) CHECK(history.forgotten > 0);
        }
    }
}

TEST_CASE("VMIDs last for as many VMs as there are numbers") {
    auto allocator = std::make_unique<VmidAllocator>();
    REQUIRE(allocator->open(65536, 2));
    std::vector<VmidSlot> slots(65536);
    bool forget_all = false;
    for (u32 i = 0; i < 65535; ++i) {
        if (allocator->use(slots[i], 0, forget_all) != Vmid{static_cast<u16>(i + 1)} || forget_all)
            FAIL("number " << i);
    }
    CHECK(allocator->use(slots[0], 1, forget_all) == Vmid{1});
    CHECK_FALSE(forget_all);
    // CPU 1 runs VM 0 with number 1; the new generation begins with the next.
    CHECK(allocator->use(slots[65535], 0, forget_all) == Vmid{2});
    CHECK(forget_all);
    CHECK(allocator->use(slots[0], 0, forget_all) == Vmid{1});
    CHECK_FALSE(forget_all);
}

TEST_CASE("the VMID allocator refuses machines that it cannot serve") {
    auto allocator = std::make_unique<VmidAllocator>();
    CHECK_FALSE(allocator->open(2, 2));
    CHECK(allocator->open(3, 2));
    CHECK_FALSE(allocator->open(256, 0));
    CHECK(allocator->open(256, VmidAllocator::kMaxCpus));
    CHECK_FALSE(allocator->open(256, VmidAllocator::kMaxCpus + 1));
    CHECK_FALSE(allocator->open(VmidAllocator::kMaxVmids + 1, 1));
}
