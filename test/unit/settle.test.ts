import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { TaskEvent } from '../../broker-bridge/sources/events.ts'
import { TaskStore } from '../../broker-bridge/tasks/store.ts'
import { someTasks } from './historyTasks.ts'

/** What happens to a store: an event, or a worker that comes or goes. */
type Happening = TaskEvent | { readonly worker: string; readonly online: boolean; readonly pid: number }

const workerLife = fc.record({
  worker: fc.constantFrom('w1@host', 'W2@host', 'w3@host'),
  online: fc.boolean(),
  pid: fc.nat(3),
})

const happenings: fc.Arbitrary<Happening[]> = fc
  .tuple(someTasks, fc.array(workerLife, { maxLength: 4 }))
  .chain(([tasks, lives]) => {
    const all: Happening[] = [...tasks.flat(), ...lives]
    return fc.shuffledSubarray(all, { minLength: all.length })
  })

function happen(store: TaskStore, happening: Happening): void {
  if ('online' in happening) store.learn('c', happening)
  else store.apply('c', [happening], 1)
}

/** Everything that follows from the tasks and can be seen; revisions only say that something changed. */
function seen(store: TaskStore) {
  const ids = store.list({}, 0, 100).tasks.map(({ id }) => id)
  return {
    rows: store.list({}, 0, 100),
    failed: store.list({ states: ['FAILURE'] }, 0, 100),
    summaries: store
      .summaries()
      .map(({ name, total, failed, running }) => ({ name, total, failed, running }))
      .sort((one, other) => (one.name < other.name ? -1 : 1)),
    activity: store.activity(1),
    details: ids.map((id) => store.detail({ connection: 'c', id })),
    workflows: ids.map((id) => store.workflows('c')?.picture(id)),
    failures: store.failures.picture().total,
  }
}

test('whoever looks in between changes nothing of what is seen in the end', () => {
  fc.assert(
    fc.property(
      happenings,
      fc.array(fc.constantFrom('no', 'no', 'look', 'drain'), { minLength: 1 }),
      fc.nat(4),
      (all, looks, spare) => {
        const limit = Math.max(1, 6 - spare)
        const [watched, alone] = [new TaskStore(limit), new TaskStore(limit)]
        for (const [index, happening] of all.entries()) {
          happen(watched, happening)
          const look = looks[index % looks.length]
          if (look === 'look') seen(watched)
          if (look === 'drain') watched.drain()
          happen(alone, happening)
        }
        if (limit >= 6) assert.deepEqual(seen(watched), seen(alone))
        assert.ok(alone.activity(1).tasks <= limit)
      },
    ),
  )
})
