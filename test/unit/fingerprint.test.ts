import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { causeOf } from '../../broker-bridge/tasks/fingerprint.ts'
import { samples } from './celerySamples.ts'

const celery = `  File "/usr/lib/python3/dist-packages/celery/app/trace.py", line 451, in trace_task
    R = retval = fun(*args, **kwargs)
                 ^^^^^^^^^^^^^^^^^^^^
`
interface Frame {
  readonly file: string
  readonly line?: number
  readonly name: string
}

const told = (frames: readonly Frame[], error: string): string =>
  `Traceback (most recent call last):\n${celery}${frames
    .map(({ file, line = 7, name }) => `  File "${file}", line ${line}, in ${name}\n    something(here)\n`)
    .join('')}${error}\n`

const pay = (folder: string, line: number, message: string): string =>
  told(
    [
      { file: `${folder}/shop/tasks.py`, line, name: 'charge' },
      { file: `${folder}/shop/gateway.py`, line: line + 70, name: 'send' },
      { file: '/usr/lib/python3/dist-packages/requests/sessions.py', line: 635, name: 'post' },
    ],
    `requests.exceptions.ConnectionError: ${message}`,
  )
const one = (traceback: string | null, exception = "ConnectionError('no')"): string => causeOf(exception, traceback).fingerprint

describe('one bug is one group', () => {
  const here = one(pay('/app', 10, 'host a'))

  for (const folder of [
    '/srv/shop',
    '/srv/shop/current',
    '/srv/shop/releases/20261121093000',
    '/home/ana/shop',
    '/Users/ana/src/shop',
    '/var/www/shop/backend',
    '/usr/src/app',
    '/opt/shop/app',
    '/tmp/8dd12f0a',
    'C:/Users/ana/shop',
    '.',
  ])
    test(`deployed in ${folder}`, () => assert.equal(one(pay(folder, 10, 'host a')), here))

  test('with Windows’ separators', () => assert.equal(one(pay('/app', 10, 'x').replaceAll('/', '\\')), here))
  test('at other lines', () => assert.equal(one(pay('/app', 4_711, 'host a')), here))
  test('with another message, in the text and in the traceback', () =>
    assert.equal(one(pay('/app', 10, "user 81 at 0x7f00dead: 'x'"), "ConnectionError('user 81')"), here))
  test('whatever another release of a library does inside', () =>
    assert.equal(one(pay('/app', 10, 'host a').replace('in post', 'in request')), here))
  test('with the type’s module or without it', () =>
    assert.equal(one(pay('/app', 10, 'a'), 'requests.exceptions.ConnectionError: a'), here))
  test('however deep a recursion went', () => {
    const deep = (times: number): string =>
      told(
        Array.from({ length: times }, (_, index) => ({
          file: '/app/shop/tree.py',
          name: index % 2 === 0 ? 'visit' : 'children',
        })),
        'RecursionError: too deep',
      )
    assert.equal(one(deep(20), 'RecursionError()'), one(deep(470), 'RecursionError()'))
  })
  test('a file of the project’s own folder', () => {
    const at = (file: string): string => one(told([{ file, name: 'run' }], 'ValueError: x'), "ValueError('x')")
    assert.equal(at('/app/tasks.py'), at('/srv/shop/tasks.py'))
    assert.equal(at('/app/tasks.py'), at('/home/ana/shop/tasks.py'))
  })
})

describe('different bugs are different groups', () => {
  const at = (file: string, name: string, exception = "ValueError('x')"): string =>
    one(told([{ file, name }], exception.replace('(', ': ')), exception)
  const here = at('/app/shop/tasks.py', 'charge')
  test('other function', () => assert.notEqual(at('/app/shop/tasks.py', 'refund'), here))
  test('other version of a function', () => assert.notEqual(at('/app/shop/tasks.py', 'charge_2'), here))
  test('other file', () => assert.notEqual(at('/app/shop/mail.py', 'charge'), here))
  test('other package', () => assert.notEqual(at('/app/mail/tasks.py', 'charge'), here))
  test('other type', () => assert.notEqual(at('/app/shop/tasks.py', 'charge', "KeyError('x')"), here))
  test('other caller', () =>
    assert.notEqual(
      one(
        told(
          [
            { file: '/app/shop/views.py', name: 'pay' },
            { file: '/app/shop/tasks.py', name: 'charge' },
          ],
          'ValueError: x',
        ),
        "ValueError('x')",
      ),
      here,
    ))
})

test('of chained exceptions the one that ended the task counts', () => {
  const cause = told([{ file: '/app/shop/cache.py', name: 'read' }], "KeyError: 'a'")
  const end = told([{ file: '/app/shop/tasks.py', name: 'charge' }], 'shop.errors.PaymentError: no')
  for (const between of [
    'During handling of the above exception, another exception occurred:',
    'The above exception was the direct cause of the following exception:',
  ]) {
    const chained = causeOf("PaymentError('no')", `${cause}\n${between}\n\n${end}`)
    assert.deepEqual(chained, causeOf("PaymentError('no')", end))
    assert.equal(chained.type, 'PaymentError')
    assert.equal(chained.place, 'charge (shop/tasks.py)')
  }
})

test('of an exception group its own frames count, and not those of a member', () => {
  const group = (member: string): string => `  + Exception Group Traceback (most recent call last):
  |   File "/app/shop/tasks.py", line 3, in charge
  |     raise ExceptionGroup("several", errors)
  | ExceptionGroup: several (1 sub-exception)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/app/shop/${member}.py", line 9, in inner
    |     raise ValueError
    | ValueError
    +------------------------------------
`
  const cause = causeOf("ExceptionGroup('several', [ValueError()])", group('mail'))
  assert.equal(cause.place, 'charge (shop/tasks.py)')
  assert.deepEqual(cause, causeOf("ExceptionGroup('several', [ValueError()])", group('stock')))
})

describe('without frames of the application', () => {
  test('those of libraries stand in', () => {
    const lost = causeOf(
      'WorkerLostError: signal 9 (SIGKILL) Job: 37.',
      'Traceback (most recent call last):\n  File "/usr/lib/python3/dist-packages/billiard/pool.py", line 1264, in mark_as_worker_lost\n    raise\nbilliard.exceptions.WorkerLostError: signal 9\n',
    )
    assert.equal(lost.place, 'mark_as_worker_lost (billiard/pool.py)')
  })
  test('what is said counts, but for its values', () => {
    const one = causeOf("Error: no table 'a1' in 0x7fa0", null)
    assert.deepEqual(one, causeOf("Error: no table 'b2' in 0x8fb1", null))
    assert.notEqual(one.fingerprint, causeOf('Error: disk is full', null).fingerprint)
    assert.equal(one.place, null)
  })
  test('nothing at all is a group too', () => assert.equal(causeOf(null, null).type, 'Error'))
})

test('Celery’s own failures, as recorded, group alike in both versions', () => {
  const causes = samples(/^event\.task-failed.*\.json$/).map(({ file, body }) => {
    const [event] = body as { exception: string; traceback?: string }[]
    return { kind: file.replace(/\.\d+\.json$/, ''), ...causeOf(event?.exception ?? null, event?.traceback ?? null) }
  })
  const kinds = new Map<string, Set<string>>()
  for (const { kind, fingerprint } of causes) kinds.set(kind, (kinds.get(kind) ?? new Set()).add(fingerprint))
  assert.equal(kinds.get('event.task-failed-hard-timelimit')?.size, 1)
  assert.equal(kinds.get('event.task-failed-worker-lost')?.size, 1)
  assert.equal(kinds.get('event.task-failed-notregistered')?.size, 1)
  // The two plain failures are of two functions.
  assert.deepEqual(
    causes.filter(({ kind }) => kind === 'event.task-failed').map(({ type, place }) => `${type} ${place ?? ''}`),
    ['ValueError fail (tasksapp.py)', 'MyError fail_custom (tasksapp.py)'],
  )
})

describe('hostile texts', () => {
  test('no text makes it throw, and it answers the same again', () =>
    fc.assert(
      fc.property(fc.option(fc.string({ unit: 'binary' })), fc.option(fc.string({ unit: 'binary' })), (exception, text) => {
        const traceback =
          text === null ? null : `Traceback (most recent call last):\n  File "${text}", line 1, in ${text}\n${text}`
        const cause = causeOf(exception, traceback)
        assert.match(cause.fingerprint, /^[0-9a-f]{16}$/)
        assert.ok(cause.type.length <= 200 && (cause.place ?? '').length <= 1_000)
        assert.deepEqual(causeOf(exception, traceback), cause)
      }),
    ))

  const million = 1_000_000
  for (const [what, traceback] of [
    [
      '100,000 frames',
      told(
        Array.from({ length: 100_000 }, (_, n) => ({ file: `/app/f${n}.py`, name: `f${n}` })),
        'E: x',
      ),
    ],
    ['one long line', 'x'.repeat(million)],
    ['a long file name', `  File "${'a'.repeat(3_999)}", line 1, in f\n`.repeat(200)],
    ['a long name of digits and letters', `  File "/app/a.py", line 1, in ${'abcdef'.repeat(80)}\n`.repeat(500)],
    ['many headings', 'Traceback (most recent call last):\n'.repeat(30_000)],
    ['many marks of groups', `${'+-'.repeat(million / 2)} 1`],
    ['a message of quotes', `Traceback (most recent call last):\nE: ${`'"`.repeat(million / 2)}`],
  ] as const)
    test(`${what} cost little`, () => {
      const began = process.cpuUsage()
      for (let times = 0; times < 10; times++) causeOf(traceback.slice(0, 65_536), traceback)
      const { user } = process.cpuUsage(began)
      assert.ok(user < 2_000_000, `${user / 10_000} ms of computing each`)
    })
})
