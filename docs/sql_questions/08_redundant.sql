-- SPDX-License-Identifier: Apache-2.0
-- Which control registers are written, and how often with the value that they have?
SELECT register, count(*) AS writes, sum(old_value = value) AS redundant
FROM events WHERE kind = 'control_write' GROUP BY register ORDER BY writes DESC, register LIMIT 6;
