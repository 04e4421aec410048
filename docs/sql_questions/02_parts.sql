-- SPDX-License-Identifier: Apache-2.0
-- What did the time go to?
SELECT * FROM parts;
