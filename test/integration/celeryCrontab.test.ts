import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextCrontab } from '../../broker-bridge/lookups/crontab.ts'
import { runPython, testApp } from '../support/celeryWorker.ts'

/** Crontabs by a fixed lot, each with a moment and the next one that Celery itself computes. */
const code = `
import datetime, json, random
from celery import Celery
from celery.schedules import crontab
app = Celery("x")
app.conf.timezone = "UTC"
random.seed(5)

def field(least, most):
    lot = random.random()
    if lot < 0.3: return "*"
    if lot < 0.5: return "*/%d" % random.randint(1, 9)
    if lot < 0.7: return str(random.randint(least, most))
    first, last = sorted(random.sample(range(least, most + 1), 2))
    if lot < 0.85: return "%d-%d" % (first, last)
    if lot < 0.95: return "%d-%d/%d" % (first, last, random.randint(1, 4))
    return "%d,%d" % (first, last)

for _ in range(300):
    now = datetime.datetime(2026, random.randint(1, 12), random.randint(1, 28), random.randint(0, 23), random.randint(0, 59),
                            random.randint(0, 59), tzinfo=datetime.timezone.utc)
    fields = dict(minute=field(0, 59), hour=field(0, 23), day_of_week=field(0, 6), day_of_month=field(1, 28),
                  month_of_year=field(1, 12))
    schedule = crontab(app=app, nowfun=lambda: now, **fields)
    print(json.dumps([fields, now.timestamp(), (now + schedule.remaining_estimate(now)).timestamp()]))
`

type Line = readonly [
  Readonly<Record<'minute' | 'hour' | 'day_of_week' | 'day_of_month' | 'month_of_year', string>>,
  number,
  number,
]

test('a crontab fires next when Celery says so', async () => {
  const lines = (await runPython(testApp('memory://'), code)).trim().split('\n')
  assert.equal(lines.length, 300)
  for (const line of lines) {
    const [fields, now, expected] = JSON.parse(line) as Line
    const { minute, hour, day_of_week: dayOfWeek, day_of_month: dayOfMonth, month_of_year: monthOfYear } = fields
    const found = nextCrontab({ minute, hour, dayOfWeek, dayOfMonth, monthOfYear, timezone: 'UTC' }, now)
    assert.equal(found, Math.round(expected), line)
  }
})
