-- SPDX-License-Identifier: Apache-2.0
-- How many registers of each class does an operation move that moves any?
SELECT class, count(*) AS operations, round(avg(saved), 1) AS saved, round(avg(restored), 1) AS restored
FROM moved GROUP BY class ORDER BY saved DESC;
