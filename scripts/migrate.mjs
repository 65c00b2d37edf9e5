// Brings a database to the newest schema. Keeps its books in d1_migrations as wrangler does, so that both tools agree.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * One migration per batch: it happens whole, with its line in the books, or not at all.
 * @param {import('@cloudflare/workers-types').D1Database} db
 * @param {string} directory
 * @returns {Promise<string[]>} names of the migrations applied now
 */
export async function applyMigrations(db, directory) {
  await db
    .prepare(
      'CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)',
    )
    .run();
  const { results } = await db.prepare('SELECT name FROM d1_migrations').all();
  const done = new Set(results.map((row) => row.name));
  const due = readdirSync(directory)
    .filter((name) => name.endsWith('.sql') && !done.has(name))
    .sort();
  for (const name of due) {
    const statements = splitStatements(readFileSync(join(directory, name), 'utf8'));
    await db.batch([...statements.map((sql) => db.prepare(sql)), db.prepare('INSERT INTO d1_migrations (name) VALUES (?1)').bind(name)]);
  }
  return due;
}

/**
 * Statements of a migration. A `;` inside a comment, a string or a trigger's BEGIN … END is not an end.
 * @param {string} sql
 */
export function splitStatements(sql) {
  const tokens = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|\b(?:BEGIN|CASE|END)\b|;/gi;
  /** @type {string[]} */
  const statements = [];
  let start = 0;
  let depth = 0;
  for (const { 0: token, index } of sql.matchAll(tokens)) {
    const word = token.toUpperCase();
    if (word === 'BEGIN' || word === 'CASE') depth += 1;
    else if (word === 'END') depth -= 1;
    else if (token === ';' && depth === 0) {
      statements.push(sql.slice(start, index));
      start = index + 1;
    }
  }
  statements.push(sql.slice(start));
  return statements.map((text) => text.trim()).filter((text) => text.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, '').trim() !== '');
}
