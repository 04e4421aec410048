-- SPDX-License-Identifier: Apache-2.0
-- Which three operations were the slowest, and with which event do they begin?
SELECT id, kind, vcpu, net, first_event FROM operations ORDER BY net DESC LIMIT 3;
