// SPDX-License-Identifier: Apache-2.0
// What is different with several CPUs: one clock for all, operations that change CPUs, vCPUs of several VMs, benchmarks
// whose operations are more than one trap.
#include "tests/unit/catch.hpp"
#include "tests/unit/stories.hpp"
#include "viewer/model/laws/laws.hpp"
#include "viewer/model/operations/benchmark_marks.hpp"
#include "viewer/model/operations/segments.hpp"
#include "viewer/model/trace/describe.hpp"

using namespace ws;
using namespace ws::test;
using trace::Step;
namespace payload = trace::payload;

namespace {

constexpr u64 kWfi = 0x0600'0000;

void step(FakeRun& run, bool begins, Step which, u32 cpu) {
    begins ? run.emit(payload::phase_begin{which}, cpu) : run.emit(payload::phase_end{which}, cpu);
}

/// vCPU 1 waits on CPU 0, is put, and goes on on CPU 1; CPU 0 runs vCPU 2 meanwhile.
void migrate(FakeRun& run, u64 away) {
    enter(run, 1, 0);
    leave(run, 1, 0, kWfi);
    step(run, true, Step::handle_exit, 0);
    run.work(10);
    step(run, true, Step::switch_thread, 0);
    run.work(4);
    schedule(run, 1, 2, 0, trace::SwitchReason::waits);
    enter(run, 2, 0);
    run.work(away);
    schedule(run, 0, 1, 1);
    run.work(2);
    step(run, false, Step::switch_thread, 1);
    run.work(30);
    step(run, false, Step::handle_exit, 1);
    enter(run, 1, 1);
    leave(run, 2, 0, kWfi);
    enter(run, 2, 0);
}

}  // namespace

TEST_CASE("under one clock every recorder's instructions are off every CPU's net time", "[cpus]") {
    for (const bool icount : {true, false}) {
        INFO("icount " << icount);
        FakeRun fake({.cpus = 2, .icount = icount});
        const u64 start = fake.clock();
        fake.emit(payload::mark{1, 1, 1}, 0);
        fake.work(100);
        fake.emit(payload::mark{1, 1, 2}, 1);
        fake.work(100);
        fake.emit(payload::mark{1, 1, 2}, 1);
        fake.spend(500, 1);
        fake.emit(payload::mark{1, 1, 1}, 0);
        fake.work(100);
        fake.emit(payload::mark{1, 1, 2}, 1);
        fake.emit(payload::mark{1, 1, 1}, 0);  // tells what CPU 0 spent on event 3
        const model::Trace trace = fake.trace();
        REQUIRE(trace.events().size() == 6);
        const i64 cost = FakeRun::kRecorderCost;
        const auto net = [&](u32 event) { return trace.event(event).net - static_cast<i64>(start); };
        CHECK(net(0) == 0);
        CHECK(net(1) == (icount ? 100 : 100 + cost));
        CHECK(net(2) == (icount ? 200 : 200 + cost));
        CHECK(net(3) == (icount ? 200 : 200 + 500 + 2 * cost));
        CHECK(net(4) == (icount ? 300 : 300 + 2 * cost));
        CHECK(trace.recorder_spent(4) == 500 + 2 * FakeRun::kRecorderCost);
        CHECK(trace.recorder_spent(3) == FakeRun::kRecorderCost);
        CHECK(model::check(trace).holds());
    }
}

TEST_CASE("a recorder that is cut in two by another CPU's time slice does not set its clock back", "[cpus]") {
    FakeRun fake({.cpus = 2});
    fake.emit(payload::mark{1, 1, 2}, 1);
    fake.work(50);
    fake.begin_window();  // CPU 0 records from here on, but pays at the end
    fake.emit(payload::mark{1, 1, 1}, 0);
    fake.end_window();
    const model::Trace trace = fake.trace();
    for (u32 cpu = 0; cpu < 2; ++cpu) {
        i64 last = 0;
        for (const model::EventIndex index : trace.events_of(cpu)) {
            CHECK(trace.event(index).net >= last);
            last = trace.event(index).net;
        }
    }
}

TEST_CASE("an operation goes with its vCPU to another CPU, and the time away is not its own", "[cpus]") {
    FakeRun fake({.cpus = 2});
    migrate(fake, 5000);
    const model::Run run = fake.run();
    const model::CheckReport report = model::check(run.trace);
    for (const auto& law : report.laws) {
        INFO(law.law << ": " << law.first_offence);
        CHECK(law.offences == 0);
    }
    REQUIRE(run.operations.all().size() == 2);
    const model::Operation& operation = run.operations.all()[0];
    CHECK(run.operations.kind(operation) == "WFI");
    CHECK(operation.owner == 1);
    CHECK(operation.cpu == 0);
    CHECK(operation.end_cpu == 1);
    CHECK(operation.resumed);
    CHECK(operation.stays == 2);
    // 5 after the schedule event, vCPU 2's entry of 23, then what it runs.
    CHECK(operation.away == 5 + 23 + 5000);
    // 2 of lead, 1; 10 in the handler, 4 in the switch | 5 + 2 in the switch, 30 in the handler, 3 of tail.
    CHECK(operation.net() == 3 + 14 + 7 + 30 + 3);
    CHECK(operation.steps[static_cast<std::size_t>(Step::handle_exit)] == 10 + 30);
    CHECK(operation.steps[static_cast<std::size_t>(Step::switch_thread)] == 4 + 7);
    u64 sum = 0;
    for (std::size_t step = 0; step <= model::kMaxStep; ++step) sum += operation.steps[step];
    CHECK(sum == operation.net());
    // Its events are its own alone, and the strip has no hole.
    const model::OperationEvents parts = model::take_apart(run, operation);
    CHECK(parts.times.back() == static_cast<i64>(operation.net()));
    u64 strip = 0;
    for (const model::Segment& segment : parts.segments) strip += segment.net();
    CHECK(strip == operation.net());
    for (const model::EventIndex index : parts.events) {
        const model::Event& event = run.trace.event(index);
        if (event.is(trace::EventId::eret)) CHECK(run.trace.as<payload::eret>(event).owner == 1);
    }
    CHECK(run.operations.at(run.trace, operation.first) == &operation);
    CHECK(run.operations.at(run.trace, operation.last) == &operation);
}

TEST_CASE("the time line tells whose a CPU is, and phases end where their thread leaves", "[cpus]") {
    FakeRun fake({.cpus = 2});
    migrate(fake, 100);
    const model::Run run = fake.run();
    std::vector<trace::Owner> owners;
    for (const model::Stint& stint : run.timeline[0].stints) owners.push_back(stint.owner);
    CHECK(owners == std::vector<trace::Owner>{1, 2});
    REQUIRE(run.timeline[0].phases.size() == 2);
    REQUIRE(run.timeline[1].phases.size() == 2);
    CHECK(run.timeline[0].phases[0].step == Step::handle_exit);
    CHECK(run.timeline[0].phases[0].end - run.timeline[0].phases[0].begin == 14);
    CHECK(run.timeline[1].phases[0].step == Step::handle_exit);
    CHECK(run.timeline[1].phases[1].depth == 1);
}

TEST_CASE("preemption: the vCPU that is put goes on where it was", "[cpus]") {
    FakeRun fake;
    enter(fake, 1, 0);
    for (int i = 0; i < 4; ++i) {
        const trace::Owner here = i % 2 == 0 ? 1 : 2;
        const trace::Owner next = i % 2 == 0 ? 2 : 1;
        leave(fake, here, 0);
        fake.emit(payload::hypercall{kUnhandled, 0, 0, here});
        step(fake, true, Step::switch_thread, 0);
        schedule(fake, here, next, 0);
        if (i > 0) step(fake, false, Step::switch_thread, 0);
        enter(fake, next, 0);
    }
    const model::Run run = fake.run();
    CHECK(model::check(run.trace).holds());
    CHECK(run.operations.all().size() == 3);
    CHECK(run.operations.unfinished() == 1);
    CHECK(run.operations.kinds() == std::vector<std::string>{"hypercall (HVC, unhandled)"});
}

TEST_CASE("a call of a vCPU that is not on this CPU", "[cpus]") {
    FakeRun fake;
    enter(fake, 1, 0);
    leave(fake, 1, 0);
    schedule(fake, 1, 0, 0);
    fake.emit(payload::psci{0x8400'0008, 0, 0, 1});
    const model::CheckReport report = model::check(fake.trace());
    CHECK(!report.holds());
}

TEST_CASE("vCPUs are called by their VM and their number in it", "[cpus]") {
    FakeRun one({.vm_of_vcpu = {1, 1, 1}});
    enter_guest(one);
    CHECK(one.trace().owner_name(3) == "vCPU 2");
    FakeRun two({.vm_of_vcpu = {1, 1, 2, 2}});
    enter_guest(two);
    const model::Trace trace = two.trace();
    CHECK(trace.env("vm_of_vcpu") == "1 1 2 2");
    CHECK(trace.owner_name(0) == "host");
    CHECK(trace.owner_name(2) == "VM 1 vCPU 1");
    CHECK(trace.owner_name(3) == "VM 2 vCPU 0");
    CHECK(trace.vm_of(4) == 2);
}

TEST_CASE("operations are named after what the hypervisor did", "[cpus]") {
    const auto kind_of = [](u64 esr, auto payload, u8 vector = kLowerSync) {
        FakeRun fake;
        enter_guest(fake);
        fake.emit(trace::payload::trap{esr, kGuestPc, kSpsrEl1, 0, 0, kVcpu, vector, 2});
        fake.emit(payload);
        enter_guest(fake);
        const model::Run run = fake.run();
        return run.operations.kind(run.operations.all().at(0));
    };
    constexpr u64 kAbort = 0x9200'0000;
    using trace::Access;
    using trace::Device;
    CHECK(kind_of(kAbort, payload::mmio{0x0800'0008, 0, 1, Device::distributor, Access::read, 4}) ==
          "mmio read distributor");
    CHECK(kind_of(kAbort, payload::mmio{0x100, 0, 1, Device::none, Access::write, 4}) == "mmio write, refused");
    CHECK(kind_of(kHvcEsr, payload::psci{0xC400'0003, 1, 0, 1}) == "psci CPU_ON");
    CHECK(kind_of(kHvcEsr, payload::psci{0x8400'00ff, 1, 0, 1}) == "psci (unknown function)");
    CHECK(kind_of(kAbort, payload::stage2_map{0, 0, 0x1000, 1, 7}) == "stage2 fault");
    CHECK(kind_of(kHvcEsr, payload::stage2_map{0, 0, 0x1000, 1, 7}) == "HVC64");
    CHECK(kind_of(kAbort, payload::physical_irq{27, 1}, kLowerSync + 1) == "IRQ 27");
}

TEST_CASE("a benchmark over two CPUs counts all of both, by iterations", "[cpus]") {
    constexpr u64 kIterations = 10;
    constexpr u64 kVirtualIpi = 4;
    FakeRun fake({.cpus = 2});
    enter(fake, 1, 0);
    enter(fake, 2, 1);
    mark(fake, 1, kVirtualIpi);
    for (u64 i = 0; i < kIterations; ++i) {
        leave(fake, 1, 0);
        enter(fake, 1, 0);
        leave(fake, 2, 1);
        fake.block(RegisterClass::list_registers, trace::Operation::restore, 2, 7, 1);
        enter(fake, 2, 1);
        fake.work(50);
    }
    mark(fake, 2, kVirtualIpi | kIterations << 8);
    leave(fake, 2, 1);  // tells what CPU 1 spent on its last event before
    const model::Run run = fake.run();
    const auto measurements = model::measure(run);
    REQUIRE(measurements.size() == 1);
    const model::Measurement& m = measurements[0];
    CHECK(m.benchmark == "virtual-ipi");
    CHECK(m.iterations == kIterations);
    // Each leaving takes 3 instructions, each entry 3 + 20, and both happen twice; the guest runs 20 after the mark.
    CHECK(m.each.net == Approx(2 * (3 + 23) + 50 + 2.0));
    CHECK(m.each.exceptions == Approx(2));
    const u32 list = model::find_block(RegisterClass::list_registers)->registers;
    CHECK(m.each.registers[static_cast<std::size_t>(RegisterClass::list_registers)].restored == Approx(list));
    CHECK(m.each.recorder == Approx(5 * FakeRun::kRecorderCost).margin(FakeRun::kRecorderCost));
}

TEST_CASE("a benchmark without a trap is measured by its marks", "[cpus]") {
    FakeRun fake;
    enter_guest(fake);
    mark(fake, 1, 5);
    fake.work(2000);
    mark(fake, 2, 5 | 100 << 8);
    const model::Run run = fake.run();
    const auto measurements = model::measure(run);
    REQUIRE(measurements.size() == 1);
    CHECK(!measurements[0].uniform);
    CHECK(measurements[0].operations == 0);
    CHECK(measurements[0].each.net == Approx((2000 + 20) / 100.0));
    CHECK(measurements[0].each.exceptions == 0);
}

TEST_CASE("a benchmark of equal traps is its median, whatever lies around them", "[cpus]") {
    FakeRun fake;
    enter_guest(fake);
    mark(fake, 1, 1);
    for (int i = 0; i < 1000; ++i) vhe_hypercall(fake);
    mark(fake, 2, 1 | 1000 << 8);
    const model::Run run = fake.run();
    const auto measurements = model::measure(run);
    REQUIRE(measurements.size() == 1);
    CHECK(measurements[0].uniform);
    CHECK(measurements[0].net.min == measurements[0].net.median);
    CHECK(measurements[0].each.net == Approx(static_cast<double>(measurements[0].net.median)).epsilon(0.01));
}
