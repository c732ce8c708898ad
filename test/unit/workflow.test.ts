import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { workflowNodeLimit } from '../../broker-bridge/protocol/index.ts'
import type { Workflow } from '../../broker-bridge/protocol/index.ts'
import type { TaskEvent } from '../../broker-bridge/sources/events.ts'
import { TaskStore } from '../../broker-bridge/tasks/store.ts'
import { acting, markup } from '../support/hostileTexts.ts'
import { taskEvent } from './taskEvents.ts'

function stored(events: readonly TaskEvent[], limit = 50_000): TaskStore {
  const store = new TaskStore(limit)
  store.apply('c', events, 5_000)
  return store
}

const pictureIn = (store: TaskStore, id: string): Workflow => store.workflows('c')?.picture(id) ?? assert.fail(`${id} is held`)
const pictureOf = (events: readonly TaskEvent[], id: string): Workflow => pictureIn(stored(events), id)

/** A task that a worker took: its name is the first part of its id. */
const received = (id: string, root: string | null, parent: string | null = null, at = 1, more: Partial<TaskEvent> = {}) =>
  taskEvent(id, 'RECEIVED', at, { name: id.replace(/\d+$/, ''), args: '()', kwargs: '{}', root, parent, ...more })

/** Edges as `from>to`, with their kind where it is not that one task sent another. */
const edgesOf = ({ edges }: Workflow) => edges.map(({ from, to, kind }) => `${from}>${to}${kind === 'sent' ? '' : ` ${kind}`}`)
const idsOf = ({ nodes }: Workflow) => nodes.map(({ id }) => id)

const chain = [
  received('a', 'a'),
  taskEvent('a', 'SUCCESS', 2),
  received('b', 'a', 'a', 3),
  taskEvent('b', 'FAILURE', 4, { exception: "ValueError('no')" }),
  received('c', 'a', 'b', 5),
]

/** A step that sends so many members and the last step of their chord; `whole` when Celery did not shorten its arguments. */
function chord(members: number, counted = members, whole = true): TaskEvent[] {
  const pairs = Array.from({ length: counted }, () => '[[...], None]').join(', ')
  return [
    received('step', 'step'),
    ...Array.from({ length: members }, (_, number) => received(`part${number}`, 'step', 'step', 2 + number)),
    received('join', 'step', 'step', 1.5, {
      name: 'celery.chord_unlock',
      args: `('16d1', {'task': 'body', 'args': [], 'kwargs': {}, 'options': {'task_id': 'body', 'reply_to': '4461'}})`,
      kwargs: `{'interval': None, 'max_retries': None, 'result': [${pairs}${whole ? ']}' : ', ...'}`,
    }),
    received('body', 'step', 'step', 900),
  ]
}

describe('a workflow', () => {
  test('of a chain is a line, whichever of its tasks is asked about', () => {
    for (const id of ['a', 'b', 'c']) {
      const workflow = pictureOf(chain, id)
      assert.deepEqual(
        [idsOf(workflow), edgesOf(workflow)],
        [
          ['a', 'b', 'c'],
          ['a>b', 'b>c'],
        ],
      )
      assert.deepEqual([workflow.asked, workflow.askedNode, workflow.root, workflow.total], [id, id, 'a', 3])
      assert.deepEqual({ ...workflow.states }, { SUCCESS: 1, FAILURE: 1, RECEIVED: 1 })
    }
    const [, failed] = pictureOf(chain, 'a').nodes
    assert.partialDeepStrictEqual(failed, { kind: 'task', state: 'FAILURE', exception: "ValueError('no')" })
  })

  test('of a task that belongs to nothing is the task', () => {
    const workflow = pictureOf([...chain, received('z', 'z'), taskEvent('y', 'STARTED', 1)], 'z')
    assert.deepEqual([idsOf(workflow), edgesOf(workflow), workflow.total], [['z'], [], 1])
    assert.deepEqual(idsOf(pictureOf([taskEvent('y', 'STARTED', 1)], 'y')), ['y'], 'one whose kinship no event told')
    assert.equal(stored(chain).workflows('c')?.picture('nobody'), undefined)
  })

  test('does not know the tasks of other connections', () => {
    const store = stored(chain)
    store.apply('other', [received('d', 'a', 'a')], 1)
    assert.equal(pictureIn(store, 'a').total, 3)
  })

  test('shows parents that nothing is known of', () => {
    const workflow = pictureOf([received('b', 'a', 'a')], 'b')
    assert.deepEqual(workflow.nodes[0], { kind: 'unseen', id: 'a' })
    assert.deepEqual([edgesOf(workflow), workflow.total], [['a>b'], 1])
  })

  test('folds many siblings of one name into one counted node, and their children likewise', () => {
    const members = Array.from({ length: 1_000 }, (_, number) => [
      received(`part${number}`, 'step', 'step', 2),
      taskEvent(`part${number}`, number % 10 === 0 ? 'FAILURE' : 'SUCCESS', 3),
      received(`mail${number}`, 'step', `part${number}`, 4),
    ])
    const workflow = pictureOf([received('step', 'step'), received('one', 'step', 'step', 5), ...members.flat()], 'part17')
    const [step, parts, one, mails] = workflow.nodes
    assert.equal(step?.id, 'step')
    assert.partialDeepStrictEqual(parts, { kind: 'group', name: 'part', count: 1_000, parent: 'step' })
    assert.deepEqual(parts?.kind === 'group' && { ...parts.states }, { FAILURE: 100, SUCCESS: 900 })
    assert.partialDeepStrictEqual(one, { kind: 'task', id: 'one' })
    assert.partialDeepStrictEqual(mails, { kind: 'group', name: 'mail', count: 1_000, parent: null })
    assert.equal(workflow.askedNode, parts?.id)
    assert.deepEqual(edgesOf(workflow), [`step>${parts?.id}`, 'step>one', `${parts?.id}>${mails?.id}`])
  })

  test('of a chord ends in its body, behind the members its last step waits for', () => {
    const workflow = pictureOf(chord(3), 'body')
    assert.deepEqual(idsOf(workflow), ['step', 'part0', 'part1', 'part2', 'join', 'body'])
    assert.deepEqual(edgesOf(workflow), [
      'step>part0',
      'step>part1',
      'step>part2',
      'part0>join awaited',
      'part1>join awaited',
      'part2>join awaited',
      'join>body joined',
    ])
  })

  test('of a chord with many members waits for the counted node, though Celery shortened what its last step was told', () => {
    const workflow = pictureOf(chord(800, 40, false), 'join')
    const [, parts] = workflow.nodes
    assert.deepEqual(edgesOf(workflow), [`step>${parts?.id}`, `${parts?.id}>join awaited`, 'join>body joined'])
  })

  test('takes no sibling for a member of a chord where their numbers differ', () => {
    assert.deepEqual(edgesOf(pictureOf(chord(3, 2), 'body')), [
      'step>join',
      'step>part0',
      'step>part1',
      'step>part2',
      'join>body joined',
    ])
  })

  test('holds the tasks that came back from the history', () => {
    const before = stored(chain)
    const after = new TaskStore(100)
    after.restore(
      'c',
      [...before.select({})].map((task) => before.toStored(task)),
    )
    assert.deepEqual(pictureIn(after, 'b'), pictureIn(before, 'b'))
  })

  test('marks what Warren itself retried', () => {
    const store = stored([...chain, received('b2', 'a', 'b', 9)])
    store.linkRetry('c', 'b', 'b2')
    assert.deepEqual(edgesOf(pictureIn(store, 'a')), ['a>b', 'b>c', 'b>b2 retried'])
  })
})

describe('whatever comes', () => {
  const id = fc.integer({ min: 0, max: 30 }).map((number) => `t${number}`)
  const tasks = fc.array(
    fc.record({
      id,
      parent: fc.option(id),
      root: fc.option(fc.constantFrom('t0', 't1', 't2')),
      at: fc.integer({ min: 1, max: 99 }),
    }),
    { minLength: 1, maxLength: 60 },
  )

  test('the same events give the same graph in any order and however often they come', () => {
    const shuffled = tasks.chain((list) => {
      const events = list.map((task, place) =>
        taskEvent(task.id, 'RECEIVED', task.at, { ...task, name: `n${task.id.length}`, clock: place }),
      )
      return fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length }))
    })
    fc.assert(
      fc.property(shuffled, ([events, others]) => {
        const [one, other] = [stored(events), stored([...others, ...others])]
        for (const event of events) assert.deepEqual(pictureIn(other, event.id), pictureIn(one, event.id))
      }),
    )
  })

  test('circles, parents of their own and missing ones give a graph whose edges all lead forward', () => {
    fc.assert(
      fc.property(tasks, (list) => {
        const events = list.map((task) => taskEvent(task.id, 'RECEIVED', task.at, task))
        for (const task of list) {
          const workflow = pictureOf(events, task.id)
          const places = new Map(workflow.nodes.map((node, place) => [node.id, place]))
          assert.equal(places.size, workflow.nodes.length, 'each node once')
          assert.ok(places.has(workflow.askedNode))
          for (const { from, to } of workflow.edges)
            assert.ok((places.get(from) ?? 99) < (places.get(to) ?? -1), `${from} > ${to}`)
          const counted = workflow.nodes.map((node) => (node.kind === 'group' ? node.count : Number(node.kind === 'task')))
          assert.ok(counted.reduce((sum, count) => sum + count, 0) >= workflow.total)
        }
      }),
    )
  })

  test('hostile texts stay texts', () => {
    const texts = [...markup, ...acting, `'task_id': '${'x'.repeat(5_000)}`, `'task_id': 'root'`]
    const events = texts.flatMap((text, number) => [
      received(`h${number}`, 'root', 'root', number + 1, { name: text, args: text, kwargs: text }),
      received(text, 'root', `h${number}`, number + 1, {
        name: 'celery.chord_unlock',
        args: text,
        kwargs: `{'result': [${text}`,
      }),
    ])
    const { nodes, total } = pictureOf([received('root', 'root'), ...events], 'h0')
    assert.equal(total, 1 + 2 * texts.length)
    for (const text of texts) {
      assert.ok(nodes.some((node) => node.kind === 'task' && node.name === text))
      assert.ok(nodes.some((node) => node.id === text))
    }
  })
})

describe('what a workflow costs', () => {
  test('a chain of thousands shows what is around the task asked about', () => {
    const events = Array.from({ length: 5_000 }, (_, number) =>
      received(`t${number}`, 't0', number === 0 ? null : `t${number - 1}`, number + 1, { name: 'again' }),
    )
    const workflow = pictureOf(events, 't2500')
    assert.deepEqual([workflow.nodes.length, workflow.leftOut, workflow.total], [workflowNodeLimit, 4_500, 5_000])
    assert.ok(idsOf(workflow).includes('t2300') && idsOf(workflow).includes('t2700'))
  })

  test('opening one looks at its own tasks only, however many others there are', () => {
    const others = Array.from({ length: 3_000 }, (_, number) => received(`other${number}`, `o${number % 7}`, 'x'))
    const store = stored([...others, ...chain])
    const looked = new Set<string>()
    for (const record of [...store.select({})]) {
      const { parent } = record
      Object.defineProperty(record, 'parent', { get: () => (looked.add(record.id), parent) })
    }
    assert.equal(pictureIn(store, 'b').total, 3)
    assert.deepEqual([...looked].sort(), ['a', 'b', 'c'])
  })

  test('its revision differs when one of its tasks changed, and only then', () => {
    const store = stored([...chain, received('z', 'z'), received('y', 'x', 'x')])
    const revision = () => store.workflows('c')?.revision('b')
    const changes = (event: TaskEvent) => {
      const before = revision()
      store.apply('c', [event], 1)
      return revision() !== before
    }
    assert.equal(changes(taskEvent('z', 'STARTED', 7)), false)
    assert.equal(changes(taskEvent('y', 'STARTED', 7)), false)
    assert.equal(changes(taskEvent('c', 'STARTED', 7)), true, 'another one')
    assert.equal(changes(taskEvent('c', 'STARTED', 7)), false, 'known already')
    assert.equal(changes(taskEvent('a', 'RETRY', 8)), true, 'the first one')
    assert.equal(changes(received('new', 'a', 'c', 9)), true, 'a new one')
    assert.equal(store.workflows('c')?.revision('nobody'), undefined)
  })

  test('what is let go leaves the graph', () => {
    const store = stored([...chain, received('z', 'z', null, 99)], 3)
    store.drain()
    assert.equal(store.record({ connection: 'c', id: 'a' }), undefined)
    const { nodes, total } = pictureIn(store, 'c')
    assert.deepEqual([nodes[0], total], [{ kind: 'unseen', id: 'a' }, 2])
  })
})
