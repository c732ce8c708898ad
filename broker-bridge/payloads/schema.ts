import type { DatabaseKind } from '../history/opening.ts'

/** `number` says which came first. The same message twice, as two windows record it, is one: `mark` is a digest of all its bytes. */
const first = `
CREATE TABLE broker (
  number INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  old INTEGER NOT NULL DEFAULT 0 -- messages that went because of the bounds
) STRICT;
CREATE TABLE payload (
  number INTEGER PRIMARY KEY,
  broker INTEGER NOT NULL,
  id TEXT NOT NULL,
  mark BLOB NOT NULL,
  at REAL NOT NULL,
  retries INTEGER NOT NULL,
  exchange TEXT NOT NULL,
  routing_key TEXT NOT NULL,
  queues TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  properties BLOB NOT NULL,
  content BLOB NOT NULL,
  UNIQUE (broker, id, mark)
) STRICT;
CREATE INDEX payload_age ON payload (broker, number, at, bytes);
`

/** How much of a broker's messages is kept, as its user chose; null where nobody did. */
const second = `
ALTER TABLE broker ADD COLUMN most_messages REAL;
ALTER TABLE broker ADD COLUMN most_megabytes REAL;
ALTER TABLE broker ADD COLUMN most_hours REAL;
`

export const payloadKind: DatabaseKind = {
  name: 'The record of payloads',
  version: 2,
  migrations: [first, second],
  tables: ['broker', 'payload'],
}
