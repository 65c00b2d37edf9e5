-- What must be known of a node beyond its newest message. All in the row that is written anyway: no message costs more.
ALTER TABLE nodes ADD COLUMN retired_by TEXT;               -- root (its own goodbye) | replaced (another machine took its place) | a user's id
ALTER TABLE nodes ADD COLUMN earlier_boots TEXT NOT NULL DEFAULT '';   -- first 8 characters of the last boot ids before this one, newest first, separated by spaces
ALTER TABLE nodes ADD COLUMN identity_shared_at INTEGER;    -- when a boot id came back: two machines speak with one key
ALTER TABLE nodes ADD COLUMN clock_seen INTEGER NOT NULL DEFAULT 0;    -- how far off its clock was in the newest message, as a level
ALTER TABLE nodes ADD COLUMN clock_level INTEGER NOT NULL DEFAULT 0;   -- the level two messages in a row agreed on: -5..5, negative is behind
