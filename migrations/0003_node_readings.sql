-- What a node measured at its last full check-in: capacities, rates, busiest processes. Newest only, at most 4 KB.
ALTER TABLE node_states ADD COLUMN readings TEXT NOT NULL DEFAULT '{}';
