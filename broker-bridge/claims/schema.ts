import type { DatabaseKind } from '../history/opening.ts'

/**
 * `before` is what a claim was taken in spite of, as JSON: it holds again where nothing is sent after all. Keys are digests, so that
 * the file tells nobody which tasks of which broker were run again.
 */
const first = `
CREATE TABLE bridge (
  name TEXT PRIMARY KEY,
  until INTEGER NOT NULL -- milliseconds since 1970 up to which it counts as one that runs
) STRICT, WITHOUT ROWID;
CREATE TABLE claim (
  key TEXT PRIMARY KEY,
  bridge TEXT NOT NULL,
  operation TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('held', 'sending', 'sent', 'uncertain')),
  at INTEGER NOT NULL, -- milliseconds since 1970
  new_id TEXT,
  before TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX claim_age ON claim (at);
CREATE INDEX claim_open ON claim (operation) WHERE state IN ('held', 'sending');
`

export const claimKind: DatabaseKind = {
  name: 'The guard against two windows retrying the same task',
  version: 1,
  migrations: [first],
  tables: ['bridge', 'claim'],
}
