-- SPDX-License-Identifier: Apache-2.0
-- What does a typical unhandled hypercall take? The median, as everywhere in this project.
SELECT net AS median FROM operations
WHERE kind = 'hypercall (HVC, unhandled)' ORDER BY net
LIMIT 1 OFFSET (SELECT (count(*) - 1) / 2 FROM operations WHERE kind = 'hypercall (HVC, unhandled)');
