-- SPDX-License-Identifier: Apache-2.0
-- Which kinds of operations took most of the time?
SELECT * FROM kinds LIMIT 5;
