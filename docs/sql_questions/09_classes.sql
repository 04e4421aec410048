-- SPDX-License-Identifier: Apache-2.0
-- What did the guest trap for?
SELECT class, count(*) AS traps FROM events
WHERE kind = 'trap' AND owner <> 'host' GROUP BY class ORDER BY traps DESC;
