// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "hyp/arch/syndrome.hpp"
#include "viewer/cli/commands.hpp"
#include "viewer/cli/reference.hpp"
#include "viewer/model/format/run_page_names.hpp"
#include "viewer/model/trace/describe.hpp"

namespace ws::cli {

std::string rst(const std::string& text) {
    const bool has_code = std::count(text.begin(), text.end(), '`') % 2 == 0;
    std::string result;
    bool in_code = false;
    for (const char c : text) {
        if (c == '`' && has_code) {
            result += "``";
            in_code = !in_code;
        } else {
            if (!in_code && std::string("\\*`|_").find(c) != std::string::npos) result += '\\';
            result += c;
        }
    }
    return result;
}

std::string literal(const std::string& text) {
    return text.empty() ? "" : "``" + text + "``";
}

void print_list_table(const std::string& title, const std::vector<std::string>& head,
                      const std::vector<std::vector<std::string>>& rows) {
    fmt::print(".. list-table:: {}\n   :header-rows: 1\n   :widths: auto\n\n", title);
    const auto print_row = [](const std::vector<std::string>& cells) {
        for (std::size_t i = 0; i < cells.size(); ++i) {
            fmt::print("   {} -{}{}\n", i == 0 ? "*" : " ", cells[i].empty() ? "" : " ", cells[i]);
        }
    };
    print_row(head);
    for (const auto& row : rows) print_row(row);
    fmt::print("\n");
}

namespace {

std::string bits(BitField field) {
    return field.msb == field.lsb ? fmt::format("{}", field.msb) : fmt::format("{}:{}", field.msb, field.lsb);
}

std::string fields_of(const SysregInfo& sysreg) {
    std::string text;
    for (std::size_t i = 0; i < sysreg.field_count; ++i) {
        const FieldInfo& field = sysreg.fields[i];
        const char* layout = field.layout == Layout::e2h0 ? ", E2H=0" : field.layout == Layout::e2h1 ? ", E2H=1" : "";
        text += fmt::format("{}{} [{}{}] {}", text.empty() ? "" : "; ", literal(field.name), bits(field.bits), layout,
                            rst(field.meaning));
    }
    return text;
}

void print_registers() {
    std::vector<std::vector<std::string>> classes;
    for (const RegisterClassInfo& row : kRegisterClasses) {
        static constexpr const char* kMoved[] = {"block", "control", "none"};
        classes.push_back({literal(row.name), kMoved[static_cast<std::size_t>(row.moved_as)], rst(row.meaning)});
    }
    print_list_table("Register classes", {"class", "moved as", "meaning"}, classes);
    for (std::size_t c = 0; c < kRegisterClassCount; ++c) {
        std::vector<std::vector<std::string>> rows;
        for (const CoreRegisterInfo& core : kCoreRegisters) {
            if (static_cast<std::size_t>(core.register_class) != c) continue;
            rows.push_back({literal(core.name), "", "", rst(core.meaning), ""});
        }
        for (const SysregInfo& sysreg : kSysregs) {
            if (static_cast<std::size_t>(sysreg.register_class) != c) continue;
            const SysregEncoding e = sysreg.encoding;
            const std::string encoding = fmt::format("S{}_{}_C{}_C{}_{}", unsigned{e.op0}, unsigned{e.op1},
                                                     unsigned{e.crn}, unsigned{e.crm}, unsigned{e.op2});
            rows.push_back({literal(sysreg.name), literal(encoding), sysreg.e2h == E2h::redirected ? "redirected" : "",
                            rst(sysreg.meaning), fields_of(sysreg)});
        }
        print_list_table(fmt::format("Class {}", literal(kRegisterClasses[c].name)),
                         {"register", "encoding", "under E2H", "meaning", "fields"}, rows);
    }
}

void print_exception_classes() {
    std::vector<std::vector<std::string>> rows;
    for (const ExceptionClassInfo& row : kExceptionClasses) {
        const bool plain = std::string(row.iss_format) == "none";
        rows.push_back({fmt::format("0x{:02x}", unsigned{row.ec}), literal(row.name),
                        plain ? "" : literal(row.iss_format), rst(row.meaning)});
    }
    print_list_table("Exception classes", {"EC", "name", "ISS format", "meaning"}, rows);
    rows.clear();
    for (const IssFieldInfo& field : kIssFields) {
        rows.push_back({literal(field.iss_format), literal(field.name), bits(field.bits), rst(field.meaning)});
    }
    print_list_table("Fields of the ISS", {"ISS format", "field", "bits", "meaning"}, rows);
}

std::string level_name(trace::Level level) {
    return model::name_of(model::kLevelNames, static_cast<u64>(level)).value_or("?");
}

void print_events() {
    std::vector<std::vector<std::string>> rows;
    for (const model::EventInfo& event : model::event_infos()) {
        rows.push_back({fmt::format("{}", event.id), literal(event.name), level_name(event.level),
                        fmt::format("{}", event.bytes), rst(event.meaning)});
    }
    print_list_table("Events", {"id", "event", "level", "bytes", "meaning"}, rows);
    for (const model::EventInfo& event : model::event_infos()) {
        if (event.fields.empty()) continue;
        rows.clear();
        for (const model::EventField& field : event.fields) {
            const model::EnumerationInfo* enumeration = model::find_enumeration(field.type);
            rows.push_back({fmt::format("{}", field.offset), fmt::format("{}", field.bytes), literal(field.name),
                            enumeration != nullptr ? literal(enumeration->name) : "", rst(field.meaning)});
        }
        print_list_table(fmt::format("Payload of {}", literal(event.name)),
                         {"byte", "bytes", "field", "enumeration", "meaning"}, rows);
    }
}

void print_enumerations() {
    for (const model::EnumerationInfo& enumeration : model::enumeration_infos()) {
        std::vector<std::vector<std::string>> rows;
        for (const model::EnumeratorInfo& row : enumeration.enumerators) {
            rows.push_back({fmt::format("{}", unsigned{row.number}), literal(row.name), rst(row.meaning)});
        }
        print_list_table(fmt::format("{}: {}", literal(enumeration.name), rst(enumeration.meaning)),
                         {"number", "name", "meaning"}, rows);
    }
}

void print_steps() {
    std::vector<std::vector<std::string>> rows;
    for (const model::StepInfo& step : model::step_infos()) {
        rows.push_back(
            {fmt::format("{}", unsigned{step.number}), literal(step.name), literal(step.part), rst(step.meaning)});
    }
    print_list_table("Steps of a world switch", {"step", "name", "part", "meaning"}, rows);
}

const std::map<std::string, void (*)()>& printers() {
    static const std::map<std::string, void (*)()> parts = {
        {"registers", print_registers}, {"exception-classes", print_exception_classes},
        {"events", print_events},       {"enumerations", print_enumerations},
        {"steps", print_steps},         {"format", print_format},
        {"metadata", print_metadata}};
    return parts;
}

}  // namespace

const std::vector<std::string>& reference_parts() {
    static const std::vector<std::string> parts = [] {
        std::vector<std::string> names;
        for (const auto& [name, printer] : printers()) names.push_back(name);
        return names;
    }();
    return parts;
}

int reference_command(const std::string& part) {
    printers().at(part)();
    return 0;
}

}  // namespace ws::cli
