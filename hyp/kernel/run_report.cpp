// SPDX-License-Identifier: Apache-2.0
#include "run_report.hpp"

#include "../boot/run_page.hpp"
#include "../cpu/cpu.hpp"
#include "../cpu/vcpu.hpp"
#include "../platform/power.hpp"
#include "interrupts.hpp"

namespace ws {

void end_run(trace::Verdict verdict, u64 status, const char* message) {
    static u32 ending = 0;
    if (run_page_open() && __atomic_exchange_n(&ending, 1U, __ATOMIC_ACQ_REL) != 0) {
        for (;;) hw::wfi();  // another CPU is at it
    }
    if (run_page_open()) {
        stop_other_cpus(verdict == trace::Verdict::hypervisor_panic);
        trace::RunPage& page = run_page();
        trace::stop(running_cpu().recorder);
        copy_text(page.message, sizeof(page.message), message);
        page.status = status;
        page.verdict = verdict;
        __atomic_store_n(&page.trace_stopped, 1, __ATOMIC_RELEASE);
    }
    power_off();
}

}  // namespace ws
