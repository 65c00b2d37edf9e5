-- What no single message can tell. All of it in rows that are written anyway: no message costs more.
ALTER TABLE nodes ADD COLUMN behind TEXT NOT NULL DEFAULT '{}';         -- groups of which the node reads older metadata than was known: {"vg uuid": [seqno known then, since, node that had shown it]}, at most 50
ALTER TABLE node_states ADD COLUMN seqnos TEXT NOT NULL DEFAULT '{}';   -- vg_seqno of every group as the node shows it: what a short message repeats
ALTER TABLE node_states ADD COLUMN open_volumes TEXT;                   -- volumes it has open: {"lv uuid": ["owner.device", since every stored state said so]}, at most 700; NULL: kept by a release that did not look
