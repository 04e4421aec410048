-- SPDX-License-Identifier: Apache-2.0
-- Does it get slower? The run in five parts with as many operations each.
SELECT part, count(*) AS operations, min(begin) AS "from", round(avg(net), 1) AS mean
FROM (SELECT begin, net, ntile(5) OVER (ORDER BY begin) AS part FROM operations) GROUP BY part;
