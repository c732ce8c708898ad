import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { csvHeader, csvLine } from '../../broker-bridge/export/csv.ts'
import { task } from '../support/fakeCore.ts'
import { acting, markup } from '../support/hostileTexts.ts'

/** Reads CSV exactly as RFC 4180 has it, and fails on everything else. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  let at = 0
  while (at < text.length) {
    const [cell, end] = text[at] === '"' ? quoted(text, at) : plain(text, at)
    rows.at(-1)?.push(cell)
    if (text[end] === ',') at = end + 1
    else {
      assert.equal(text.slice(end, end + 2), '\r\n', `after ${JSON.stringify(cell)}`)
      at = end + 2
      if (at < text.length) rows.push([])
    }
  }
  return rows
}

function quoted(text: string, from: number): [string, number] {
  let cell = ''
  for (let at = from + 1; ; at++) {
    assert.ok(at < text.length, 'a quote is never closed')
    if (text[at] !== '"') cell += text.charAt(at)
    else if (text[at + 1] === '"') cell += text.charAt(at++)
    else return [cell, at + 1]
  }
}

function plain(text: string, from: number): [string, number] {
  const end = text.slice(from).search(/[,\r]/)
  const cell = text.slice(from, from + end)
  assert.doesNotMatch(cell, /["\n]/)
  return [cell, from + end]
}

const titles = readCsv(csvHeader())[0] ?? []
const cellOf = (line: string, title: string): string | undefined => readCsv(line)[0]?.[titles.indexOf(title)]
const beginsFormula = (cell: string): boolean => /^[\s\u0000-\u001f\ufeff]*[=+\-@＝＋－＠]|^[\t\r\n]/.test(cell)

describe('CSV', () => {
  it('has as many fields in each line as names in the first, and times that every program reads', () => {
    const line = csvLine(task('a', { receivedAt: 1_763_740_800.25, runtime: 0.5, queue: null }))
    assert.equal(readCsv(line)[0]?.length, titles.length)
    assert.equal(cellOf(line, 'received'), '2025-11-21T16:00:00.250Z')
    assert.deepEqual([cellOf(line, 'runtime_seconds'), cellOf(line, 'queue')], ['0.5', ''])
  })

  it('reads back whatever a task holds, one line per task', () => {
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom('"', ',', '\r', '\n', "'", '=', '@', '\t', '\0', 'é', '\ud800'), fc.string()),
    })
    fc.assert(
      fc.property(text, text, (args, exception) => {
        const line = csvLine(task('a', { args, exception }))
        assert.equal(readCsv(line).length, 1)
        for (const [title, value] of [
          ['args', args],
          ['exception', exception],
        ] as const) {
          const [cell, written] = [cellOf(line, title), Buffer.from(value).toString()]
          assert.ok(cell === written || cell === `'${written}`, title)
        }
      }),
    )
  })

  it('never begins a text with what a table program takes for a formula', () => {
    const texts = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '  =1', '\u0000=1', '\ufeff=1', '＝1', ...acting, ...markup]
    for (const text of texts)
      assert.ok(!beginsFormula(cellOf(csvLine(task('a', { args: text, worker: text })), 'args') ?? ''), JSON.stringify(text))
    assert.equal(cellOf(csvLine(task('a', { args: '=1+1' })), 'args'), "'=1+1")
    assert.equal(cellOf(csvLine(task('a', { args: '(1, 2)' })), 'args'), '(1, 2)')
  })

  it('writes a time of a broken clock as its number', () => {
    assert.equal(cellOf(csvLine(task('a', { sentAt: 1e300 })), 'sent'), '1e+300')
  })
})
