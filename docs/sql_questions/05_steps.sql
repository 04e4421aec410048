-- SPDX-License-Identifier: Apache-2.0
-- Which steps is it made of, on average?
SELECT coalesce(step, 'in no step') AS step, part, round(1.0 * sum(steps.net) / count(DISTINCT operation), 1) AS each
FROM steps JOIN operations ON operations.id = operation
WHERE kind = 'hypercall (HVC, unhandled)' GROUP BY step ORDER BY each DESC LIMIT 8;
