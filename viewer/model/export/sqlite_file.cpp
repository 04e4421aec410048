// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/export/sqlite_file.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cassert>

#include "viewer/model/base/error.hpp"

namespace ws::model {
namespace {

/// Beside the file, so that it is on the same disk.
std::filesystem::path unfinished_name(const std::filesystem::path& file) {
    std::filesystem::path name = file;
    name += fmt::format(".{}.unfinished", getpid());
    return name;
}

}  // namespace

SqliteFile::SqliteFile(const std::filesystem::path& file) : file_(file), unfinished_(unfinished_name(file)) {
    std::error_code error;
    if (std::filesystem::exists(file_, error) && !std::filesystem::is_regular_file(file_, error)) {
        throw TraceError(file_.string(), "is no plain file: a database has to be one; give another name");
    }
    std::filesystem::remove(unfinished_, error);
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    if (sqlite3_open_v2(unfinished_.c_str(), &database_, flags, nullptr) != SQLITE_OK) fail_at_opening();
    // If it is not finished it is removed, so nothing need be undone.
    execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN");
}

SqliteFile::~SqliteFile() {
    close();
    std::error_code error;
    if (!unfinished_.empty()) std::filesystem::remove(unfinished_, error);
}

void SqliteFile::close() {
    sqlite3_close(database_);
    database_ = nullptr;
}

void SqliteFile::fail_at_opening() {
    const std::string why = database_ != nullptr ? sqlite3_errmsg(database_) : "not enough memory";
    close();
    throw TraceError(file_.string(), "cannot be written: " + why);
}

void SqliteFile::fail() const {
    throw TraceError(file_.string(), fmt::format("cannot be written: {}", sqlite3_errmsg(database_)));
}

void SqliteFile::execute(const std::string& sql) {
    if (sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail();
}

void SqliteFile::finish() {
    execute("COMMIT; ANALYZE");
    close();
    std::error_code error;
    std::filesystem::rename(unfinished_, file_, error);
    if (error) throw TraceError(file_.string(), "cannot be written: " + error.message());
    unfinished_.clear();
}

SqliteRows::SqliteRows(SqliteFile& file, const std::string& table, int columns) : file_(file), columns_(columns) {
    std::string sql = "INSERT INTO " + table + " VALUES (?";
    for (int i = 1; i < columns; ++i) sql += ", ?";
    sql += ")";
    if (sqlite3_prepare_v2(file_.database_, sql.c_str(), -1, &statement_, nullptr) != SQLITE_OK) file_.fail();
}

SqliteRows::~SqliteRows() { sqlite3_finalize(statement_); }

SqliteRows& SqliteRows::put(i64 value) {
    sqlite3_bind_int64(statement_, ++at_, value);
    return *this;
}

SqliteRows& SqliteRows::put(const std::string& text) {
    sqlite3_bind_text(statement_, ++at_, text.c_str(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
    return *this;
}

SqliteRows& SqliteRows::put_name(const char* name) {
    if (name == nullptr) return put_null();
    sqlite3_bind_text(statement_, ++at_, name, -1, SQLITE_STATIC);
    return *this;
}

SqliteRows& SqliteRows::put_null() {
    sqlite3_bind_null(statement_, ++at_);
    return *this;
}

void SqliteRows::end_row() {
    assert(at_ == columns_);
    at_ = 0;
    if (sqlite3_step(statement_) != SQLITE_DONE) file_.fail();
    sqlite3_reset(statement_);
}

}  // namespace ws::model
