import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';

// The project's scripts are plain JavaScript; what is used of them is said here.
const load = (name: string) => import(new URL(`../../../scripts/${name}`, import.meta.url).href);
type Place = { ok: true; host: string; publicUrl: string; isLocal: boolean } | { ok: false; why: string };

let whereToListen: (wanted: { listen?: string; publicUrl?: string; port?: string }) => Place;
let splitStatements: (sql: string) => string[];
beforeAll(async () => {
  ({ whereToListen } = await load('listen.mjs'));
  ({ splitStatements } = await load('migrate.mjs'));
});

test('without a word it listens on the loopback only', () => {
  expect(whereToListen({})).toEqual({ ok: true, host: '127.0.0.1', port: 8787, publicUrl: 'http://127.0.0.1:8787', isLocal: true });
});

test.each(['0.0.0.0', '::', '192.0.2.1', '127.evil.example', 'example.com'])(
  'listening on %s without https in front is refused, with the reason',
  (listen) => {
    for (const publicUrl of [undefined, '', 'http://sexton.example.com']) {
      const place = whereToListen({ listen, ...(publicUrl !== undefined && { publicUrl }) });
      expect(place.ok).toBe(false);
      if (!place.ok) expect(place.why).toContain('--public-url https://');
    }
    expect(whereToListen({ listen, publicUrl: 'https://sexton.example.com' })).toMatchObject({ ok: true, host: listen, isLocal: false });
  },
);

test.each(['0', '65536', 'x', '-1', '80.5'])('port %s is refused', (port) => {
  expect(whereToListen({ port }).ok).toBe(false);
});

test('statements are split where they end and nowhere else', () => {
  const sql = `CREATE TABLE a (x TEXT DEFAULT 'a;b'); -- not; here
    CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET x = CASE WHEN 1 THEN 'y' END; DELETE FROM a; END;
    /* nor; here */ INSERT INTO a VALUES ('it''s; fine');
    -- the end`;
  expect(splitStatements(sql)).toHaveLength(3);
});

test('every migration splits into statements that SQLite takes one by one', () => {
  const db = new DatabaseSync(':memory:');
  const whole = new DatabaseSync(':memory:');
  const text = readFileSync(fileURLToPath(new URL('../../../migrations/0001_foundations.sql', import.meta.url).href), 'utf8');
  for (const statement of splitStatements(text)) db.exec(statement);
  whole.exec(text);
  const tables = (from: DatabaseSync) => from.prepare('SELECT type, name FROM sqlite_schema ORDER BY name').all();
  expect(tables(db)).toEqual(tables(whole));
});
