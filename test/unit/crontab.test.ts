import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crontabWords, nextCrontab, readField } from '../../broker-bridge/lookups/crontab.ts'
import type { Crontab } from '../../broker-bridge/lookups/crontab.ts'

function crontab(change: Partial<Crontab> = {}): Crontab {
  return { minute: '*', hour: '*', dayOfWeek: '*', dayOfMonth: '*', monthOfYear: '*', timezone: 'UTC', ...change }
}

const next = (change: Partial<Crontab>, after: string): string | null => {
  const at = nextCrontab(crontab(change), Date.parse(after) / 1_000)
  return at === null ? null : new Date(at * 1_000).toISOString().replace('.000Z', 'Z')
}

const cases: readonly [string, Partial<Crontab>, string, string | null][] = [
  ['the next minute', {}, '2026-11-21T10:00:30Z', '2026-11-21T10:01:00Z'],
  ['never the moment itself', {}, '2026-11-21T10:01:00Z', '2026-11-21T10:02:00Z'],
  ['steps', { minute: '*/15' }, '2026-11-21T10:46:00Z', '2026-11-21T11:00:00Z'],
  ['weekdays skip the weekend', { minute: '0', hour: '3', dayOfWeek: '1-5' }, '2026-11-21T10:00:00Z', '2026-11-23T03:00:00Z'],
  [
    'names, and a range that goes round',
    { minute: '0', hour: '0', dayOfWeek: 'fri-mon' },
    '2026-11-23T12:00:00Z',
    '2026-11-27T00:00:00Z',
  ],
  [
    'both days have to fit',
    { minute: '0', hour: '0', dayOfWeek: 'fri', dayOfMonth: '13' },
    '2026-11-21T00:00:00Z',
    '2027-08-13T00:00:00Z',
  ],
  [
    '29 February',
    { minute: '0', hour: '0', dayOfMonth: '29', monthOfYear: 'feb' },
    '2026-11-21T00:00:00Z',
    '2028-02-29T00:00:00Z',
  ],
  ['30 February never comes', { minute: '0', hour: '0', dayOfMonth: '30', monthOfYear: '2' }, '2026-11-21T00:00:00Z', null],
  ['winter in Paris', { minute: '0', hour: '3', timezone: 'Europe/Paris' }, '2026-01-10T00:00:00Z', '2026-01-10T02:00:00Z'],
  ['summer in Paris', { minute: '0', hour: '3', timezone: 'Europe/Paris' }, '2026-07-10T00:00:00Z', '2026-07-10T01:00:00Z'],
  [
    'the day begins elsewhere',
    { minute: '30', hour: '0', timezone: 'Asia/Tokyo' },
    '2026-07-10T14:00:00Z',
    '2026-07-10T15:30:00Z',
  ],
  [
    'the day clocks go forward',
    { minute: '0', hour: '12', timezone: 'Europe/Paris' },
    '2026-03-29T00:30:00Z',
    '2026-03-29T10:00:00Z',
  ],
  ['an unknown zone', { timezone: 'Mars/Olympus' }, '2026-07-10T14:00:00Z', null],
  ['nonsense', { minute: '61' }, '2026-07-10T14:00:00Z', null],
  ['a step of nothing', { minute: '*/0' }, '2026-07-10T14:00:00Z', null],
]
for (const [what, change, after, expected] of cases)
  test(`a crontab fires next: ${what}`, () => assert.equal(next(change, after), expected))

test('an hour that a zone skips or repeats makes nothing that is not ahead', () => {
  for (const day of ['2026-03-29', '2026-10-25'])
    for (let minute = 0; minute < 300; minute += 7) {
      const after = Date.parse(`${day}T00:00:00Z`) / 1_000 + minute * 60
      const at = nextCrontab(crontab({ minute: '*/10', timezone: 'Europe/Paris' }), after)
      assert.ok(at !== null && at > after && at - after <= 3_600 + 600, `${day} ${minute}: ${at ?? 'never'}`)
    }
})

test('fields are read as Celery writes them', () => {
  const day = { least: 0, most: 6, names: ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] }
  assert.deepEqual(readField('mon, wed-Friday, 7', day), [0, 1, 3, 4, 5])
  assert.deepEqual(readField('noday', day), null)
  const hours = { least: 0, most: 23, names: [] }
  assert.deepEqual(readField('8-18/5, 22', hours), [8, 13, 18, 22])
  assert.deepEqual(readField('', hours), null)
})

test('crontabs are said in words', () => {
  const said = (change: Partial<Crontab>): string => crontabWords(crontab(change))
  assert.equal(said({}), 'every minute (UTC)')
  assert.equal(said({ minute: '*/15' }), 'every 15 minutes (UTC)')
  assert.equal(said({ minute: '5' }), 'every hour at :05 (UTC)')
  const nightly = { minute: '0', hour: '3', dayOfWeek: '1-5', timezone: 'Europe/Paris' }
  assert.equal(said(nightly), 'at 03:00 on Monday to Friday (Europe/Paris)')
  assert.equal(
    said({ minute: '30', hour: '9,18', dayOfMonth: '1', monthOfYear: 'jan,jul' }),
    'at 09:30, 18:30 on day 1 of the month in January, July (UTC)',
  )
  assert.equal(said({ minute: '*/5', hour: '8-18' }), 'at minute */5 of hour 8-18 (UTC)')
  assert.equal(said({ minute: 'x' }), 'crontab x * * * *, which Warren cannot read')
})
