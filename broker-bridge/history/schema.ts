/** Raised with every change below; a file with a larger number belongs to a newer Warren and is left alone. */
export const schemaVersion = 1

/**
 * The first version. Columns of texts that many tasks share are numbers of labels. All texts are in lower case, because queries
 * compare without it; the task as it is lies in `record`, apart, so that a look at many tasks reads little.
 *
 * `place` is the time of a task's newest event in milliseconds, times 1,024, and a number that tells tasks of the same millisecond
 * apart. So rows, indexes and the text index are all sorted by time without anybody sorting them.
 *
 * `search` holds three characters at a time of whatever words may be looked for, without their places: it names candidates, which
 * are then compared. That takes a third of the room of an index that answers by itself.
 */
const first = `
CREATE TABLE broker (
  number INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  owner TEXT,
  until REAL NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE label (number INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE task (
  place INTEGER PRIMARY KEY,
  broker INTEGER NOT NULL,
  id TEXT NOT NULL,
  lower_id TEXT, -- null where it is the id
  name INTEGER,
  state INTEGER NOT NULL,
  worker INTEGER,
  queue INTEGER,
  exchange INTEGER,
  routing_key INTEGER,
  root TEXT, -- empty where it is the id
  parent TEXT,
  at REAL NOT NULL,
  sent REAL,
  received REAL,
  started REAL,
  ended REAL,
  runtime REAL,
  retries INTEGER NOT NULL,
  errors INTEGER NOT NULL,
  UNIQUE (broker, id)
) STRICT;
CREATE TABLE record (place INTEGER PRIMARY KEY, json TEXT NOT NULL) STRICT;
CREATE INDEX task_state ON task (broker, state);
CREATE INDEX task_name ON task (broker, name, state);
CREATE INDEX task_worker ON task (broker, worker, state);
CREATE INDEX task_queue ON task (broker, queue, state);
CREATE INDEX task_runtime ON task (broker, runtime) WHERE runtime IS NOT NULL;
CREATE INDEX task_retries ON task (broker, retries) WHERE retries > 0;
CREATE INDEX task_root ON task (broker, root) WHERE root <> '';
CREATE INDEX task_parent ON task (broker, parent) WHERE parent IS NOT NULL;
CREATE INDEX task_lower_id ON task (broker, lower_id) WHERE lower_id IS NOT NULL;
CREATE VIRTUAL TABLE search USING fts5(
  text, content='', contentless_delete=1, detail=none, tokenize='trigram case_sensitive 1'
);
`

/** From each version to the next, from that of an empty file, 0, on. */
export const migrations: readonly string[] = [first]
