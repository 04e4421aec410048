-- SPDX-License-Identifier: Apache-2.0
-- How many exceptions does one operation take?
SELECT kind, round(avg(exceptions), 2) AS exceptions, round(avg(els_crossed), 2) AS levels_crossed FROM operations GROUP BY kind;
