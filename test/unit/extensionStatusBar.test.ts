import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { BookEntry } from '../../extension/connections/connectionBook.ts'
import { statusPicture } from '../../extension/views/statusText.ts'
import { entry, info, now, ready } from '../support/treeRows.ts'

describe('the status bar', () => {
  const shown = (entries: BookEntry[], failures = 0): string => {
    const { text, background = 'plain' } = statusPicture(ready, entries, failures)
    return `${text} (${background})`
  }

  test('says that nothing is connected', () => assert.equal(shown([]), '$(plug) Warren (plain)'))
  test('is short while all is well', () => assert.equal(shown([entry('shop')]), '$(broadcast) shop (plain)'))
  test('counts recent failures', () => assert.equal(shown([entry('shop')], 3), '$(broadcast) shop · 3 failed (plain)'))

  test('names the worst of several connections', () => {
    const status = { kind: 'unresponsive', since: now, message: 'Silent.' } as const
    assert.equal(shown([entry('a'), entry('b', { info: info('b', { status }) })]), '$(warning) b: not responding (warning)')
  })

  test('names production and staging; production that may be changed has a colour as well', () => {
    const production = (readOnly: boolean) => entry('shop', {}, { environment: 'production', readOnly })
    assert.equal(shown([production(false)]), '$(broadcast) shop · PRODUCTION (warning)')
    assert.equal(shown([production(true)]), '$(broadcast) shop · $(lock) PRODUCTION (plain)')
    assert.equal(shown([entry('shop', {}, { environment: 'staging' })]), '$(broadcast) shop · STAGING (plain)')
    assert.equal(shown([entry('a'), production(false)], 2), '$(broadcast) 2 brokers · PRODUCTION · 2 failed (warning)')
    const { accessibility, tooltip } = statusPicture(ready, [production(true)], 0)
    assert.match(accessibility, /shop connected, production, read-only/)
    assert.match(tooltip, /shop \(production, read-only\): connected/)
  })

  test('shows that the bridge was given up, whatever the connections were', () =>
    assert.equal(statusPicture({ kind: 'stopped', message: 'Why.' }, [entry('a')], 0).text, '$(error) Warren: bridge ended'))

  test('takes no icon from a name', () =>
    assert.equal(shown([entry('a', {}, { name: '$(zap) x' })]), '$(broadcast) \\$(zap) x (plain)'))
})
