import { pipeline, Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import type { ConnectionInfo, ExportParams, QueueList, TaskDetail, TaskFilter, WorkerRow } from '../protocol/index.ts'
import { RequestError } from '../protocol/index.ts'
import { readFilter } from '../queryView.ts'
import type { TaskRecord } from '../tasks/record.ts'
import type { TaskStore } from '../tasks/store.ts'
import type { StoredTask } from '../tasks/stored.ts'
import { writeHeader } from './bundle.ts'
import type { BundleHeader } from './bundle.ts'
import { csvHeader, csvLine } from './csv.ts'
import { masked } from './masking.ts'

/** A task to be written, in the form that the file wants. */
export interface ExportedTask {
  readonly connection: string
  /** Undefined for one that was let go. */
  detail(): TaskDetail | undefined
  /** As above. */
  stored(): StoredTask | undefined
}

/** What is exported beside the tasks. */
export interface ExportPictures {
  readonly version: string
  connections(): readonly ConnectionInfo[]
  workers(): readonly WorkerRow[]
  queues(): readonly QueueList[]
  /** Kept tasks, where a history is. @throws RequestError `refused`, `invalid` */
  kept?(filter: TaskFilter): AsyncIterable<ExportedTask>
}

/** Tasks looked at before others may run: some milliseconds' work. */
const looks = 1_000
/** Milliseconds of writing before others may run. */
const slice = 8

/** Writes the tasks of a filter as a file, piece by piece, so that the feed goes on meanwhile. */
export class Exporter {
  readonly #store: TaskStore
  readonly #pictures: ExportPictures

  constructor(store: TaskStore, pictures: ExportPictures) {
    this.#store = store
    this.#pictures = pictures
  }

  /**
   * The file's bytes, to be read at whatever pace; a reader that stops early stops the work.
   * @throws RequestError `invalid` for a query that cannot be read, `refused` where there is no history to read
   */
  file({ format, filter, mask, source }: ExportParams): AsyncIterable<string | Uint8Array> {
    const tasks = source === 'history' ? this.#kept(filter) : this.#matching(filter)
    const clean = mask ? masked : (value: unknown) => value
    switch (format) {
      case 'csv':
        return pieces(tasks, detailWriter(clean, csvLine), { head: csvHeader() })
      case 'jsonl':
        return pieces(
          tasks,
          detailWriter(clean, (detail) => `${JSON.stringify(detail)}\n`),
        )
      case 'bundle':
        return compressed(this.#bundle(tasks, filter, mask, clean))
    }
  }

  #matching(filter: TaskFilter): AsyncIterable<ExportedTask> {
    const { tasks, matches } = this.#store.candidates(readFilter(filter, Date.now() / 1000))
    return inMemory(this.#store, sifted(tasks, matches))
  }

  #kept(filter: TaskFilter): AsyncIterable<ExportedTask> {
    const tasks = this.#pictures.kept?.(filter)
    if (!tasks) throw new RequestError('refused', 'No history is kept here.')
    return tasks
  }

  #bundle(tasks: AsyncIterable<ExportedTask>, filter: TaskFilter, mask: boolean, clean: Clean): AsyncIterable<string> {
    let count = 0
    const write = (task: ExportedTask): string => {
      const stored = task.stored()
      if (!stored) return ''
      count++
      return `${JSON.stringify({ connection: task.connection, task: clean(stored) })}\n`
    }
    return pieces(tasks, write, { head: writeHeader(this.#header(filter, mask, clean)), foot: () => `{"end":${count}}\n` })
  }

  #header(filter: TaskFilter, mask: boolean, clean: Clean): BundleHeader {
    const { version, ...pictures } = this.#pictures
    const isMeant = (connection: string): boolean => (filter.connection ?? connection) === connection
    const said = {
      filter,
      // Where this computer keeps its history is nobody's business.
      connections: pictures
        .connections()
        .filter(({ id }) => isMeant(id))
        .map((info) => ({ ...info, history: null })),
      workers: pictures.workers().filter(({ connection }) => isMeant(connection)),
      queues: pictures.queues().filter(({ connection }) => isMeant(connection)),
    }
    return { madeBy: `Warren ${version}`, madeAt: Date.now() / 1000, masked: mask, ...(clean(said) as typeof said) }
  }
}

type Clean = (value: unknown) => unknown

/** Writes nothing for a task that was let go. */
function detailWriter(clean: Clean, write: (detail: TaskDetail) => string): (task: ExportedTask) => string {
  return (task) => {
    const detail = task.detail()
    return detail ? write(clean(detail) as TaskDetail) : ''
  }
}

async function* inMemory(store: TaskStore, tasks: AsyncIterable<TaskRecord>): AsyncGenerator<ExportedTask> {
  for await (const task of tasks)
    yield { connection: task.connection, detail: () => store.detail(task), stored: () => store.toStored(task) }
}

async function* sifted(tasks: readonly TaskRecord[], matches: (task: TaskRecord) => boolean): AsyncGenerator<TaskRecord> {
  for (const [index, task] of tasks.entries()) {
    if (matches(task)) yield task
    if (index % looks === looks - 1) await othersRun()
  }
}

interface Frame {
  readonly head?: string
  readonly foot?: () => string
}

/** Texts of some milliseconds' work each. */
async function* pieces(
  tasks: AsyncIterable<ExportedTask>,
  write: (task: ExportedTask) => string,
  { head = '', foot = () => '' }: Frame = {},
): AsyncGenerator<string> {
  let piece = head
  let since = performance.now()
  for await (const task of tasks) {
    piece += write(task)
    if (performance.now() - since < slice) continue
    yield piece
    piece = ''
    await othersRun()
    since = performance.now()
  }
  yield piece + foot()
}

function compressed(texts: AsyncIterable<string>): AsyncIterable<Uint8Array> {
  // A reader that went away ends both ends; whatever else goes wrong reaches it as the stream's own error.
  return pipeline(Readable.from(texts), createGzip(), () => undefined)
}

function othersRun(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
