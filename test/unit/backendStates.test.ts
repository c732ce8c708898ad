import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withBackendStates } from '../../broker-bridge/lookups/backendStates.ts'
import { TaskStore } from '../../broker-bridge/tasks/store.ts'
import { taskEvent } from './taskEvents.ts'

test('a row says what the result backend knows besides events, as soon as that is learnt', () => {
  const store = new TaskStore(10)
  for (const id of ['asked', 'other']) store.apply('c', [taskEvent(id, 'STARTED', 1)], 1)
  const said = new Map<string, string>()
  const stuck = { learnt: 0, stateOf: ({ id }: { readonly id: string }) => said.get(id) }
  const params = { view: 'v', filter: {}, first: 0, count: 10, resting: false }
  const inner = store.openView(params)
  const view = withBackendStates({ ...bound(inner), get revision() { return inner.revision } }, stuck) // prettier-ignore
  const states = () => view.snapshot().rows.map(({ id, state, backendState }) => [id, state, backendState])
  assert.deepEqual(states(), [
    ['other', 'STARTED', undefined],
    ['asked', 'STARTED', undefined],
  ])
  const before = view.revision
  said.set('asked', 'SUCCESS')
  stuck.learnt++
  assert.ok(view.revision > before)
  assert.equal(view.snapshot().revision, view.revision)
  assert.deepEqual(states()[1], ['asked', 'STARTED', 'SUCCESS'])
})

function bound(view: ReturnType<TaskStore['openView']>) {
  return {
    move: () => undefined,
    snapshot: () => view.snapshot(),
    range: (first: number, count: number) => view.range(first, count),
    statesOf: () => [],
    close: () => view.close(),
  }
}
