// SPDX-License-Identifier: Apache-2.0
// An SQLite database that is written at one go: it gets its name when all of it is there.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "hyp/arch/types.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace ws::model {

class SqliteFile {
  public:
    /// Throws TraceError, as all below, with the file and what SQLite says, such as a full disk.
    explicit SqliteFile(const std::filesystem::path& file);
    /// Removes what was written if finish() was not called.
    ~SqliteFile();
    SqliteFile(const SqliteFile&) = delete;
    SqliteFile& operator=(const SqliteFile&) = delete;

    /// Statements that give no rows.
    void execute(const std::string& sql);
    /// Everything is on the disk: the file gets its name, in place of a former one.
    void finish();

  private:
    friend class SqliteRows;
    [[noreturn]] void fail() const;
    [[noreturn]] void fail_at_opening();
    void close();

    std::filesystem::path file_;
    std::filesystem::path unfinished_;
    sqlite3* database_ = nullptr;
};

/// Rows that are put into one table.
class SqliteRows {
  public:
    /// As many values as the table has columns.
    SqliteRows(SqliteFile& file, const std::string& table, int columns);
    ~SqliteRows();
    SqliteRows(const SqliteRows&) = delete;
    SqliteRows& operator=(const SqliteRows&) = delete;

    // The next column's value, from the first one on.
    SqliteRows& put(i64 value);
    SqliteRows& put(const std::string& text);
    /// A name from a table, which is there as long as the program.
    SqliteRows& put_name(const char* name);
    SqliteRows& put_null();
    template <class Value>
    SqliteRows& put(const std::optional<Value>& value) {
        return value ? put(*value) : put_null();
    }
    void end_row();

  private:
    SqliteFile& file_;
    sqlite3_stmt* statement_ = nullptr;
    int columns_;
    int at_ = 0;
};

}  // namespace ws::model
