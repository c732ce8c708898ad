import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { TaskColumn } from '../../broker-bridge/protocol/index.ts'
import {
  columnsInRoom,
  columnTracks,
  nextSort,
  usualColumns,
  withColumn,
  withMoved,
  withWidth,
} from '../../webview/feed/columns.ts'
import type { ChosenColumn } from '../../webview/feed/columns.ts'
import { RowSpace, rowHeight, tallest } from '../../webview/feed/rowSpace.ts'
import { restoreViewState } from '../../webview/feed/viewState.ts'

describe('the space of the rows', () => {
  const spaceOf = (count: number): RowSpace => {
    const space = new RowSpace()
    space.resize(count, 600)
    return space
  }
  test('is as tall as its rows while they fit, and rows are then drawn where they stand', () => {
    const space = spaceOf(1_000)
    assert.equal(space.height, 24_000)
    space.scrolledTo(7_777)
    assert.deepEqual([space.top, space.placeOf(10), space.settle()], [7_777, 240, 7_777])
    assert.deepEqual(space.inSight(0), { first: 324, last: 349 })
  })
  test('of a million rows fits into a browser; both ends are reached by the bar, and every row by the keys', () => {
    const space = spaceOf(1_000_000)
    assert.equal(space.height, tallest)
    space.scrolledTo(tallest - 600)
    assert.equal(space.inSight(0).last, 999_999)
    assert.equal(space.placeOf(999_999) + rowHeight, tallest, 'the last row ends where the element ends')
    space.scrolledTo(0)
    assert.deepEqual([space.top, space.placeOf(0)], [0, 0])
    for (const index of [999_999, 500_000, 500_001, 123_456, 0]) {
      space.reveal(index)
      const { first, last } = space.inSight(0)
      assert.ok(first <= index && index <= last, `${index} is not within ${first} and ${last}`)
      assert.ok(space.placeOf(index) >= space.scroll - 1 && space.placeOf(index) + rowHeight <= space.scroll + 601)
    }
  })
  test('moves by small steps as far as the wheel says, however many rows there are, and jumps by its share with the bar', () => {
    const space = spaceOf(1_000_000)
    space.scrolledTo(4_000_000)
    const middle = space.top
    assert.ok(Math.abs(middle - 12_000_000) < 1_000, `${middle} is not the middle`)
    for (let n = 1; n <= 50; n++) space.scrolledTo(4_000_000 + n * 120)
    assert.equal(space.top, middle + 6_000)
    assert.equal(space.placeOf(0), space.scroll - space.top, 'rows are drawn around what is in sight')
    const before = space.top
    assert.ok(Math.abs(space.settle() - 4_002_000) < 200, 'the bar shows the share of the way')
    assert.equal(space.top, before, 'and nothing moved by that')
  })
  test('any mixture of steps, jumps and changing counts stays within the rows', () => {
    const step = fc.record({ scroll: fc.integer({ min: 0, max: tallest }), count: fc.integer({ min: 0, max: 3_000_000 }) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const space = spaceOf(1)
        for (const { scroll, count } of steps) {
          space.resize(count, 600)
          space.scrolledTo(Math.min(scroll, Math.max(0, space.height - 600)))
          const { first, last } = space.inSight(0)
          assert.ok(first >= 0 && last < count && (count === 0 || first <= last), `${first} to ${last} of ${count}`)
          assert.ok(Number.isFinite(space.settle()))
        }
      }),
    )
  })
})

describe('columns', () => {
  const ids = (columns: readonly ChosenColumn[]) => columns.map(({ id }) => id)
  test('give way one after the other while nobody chose others', () => {
    assert.deepEqual(ids(columnsInRoom(usualColumns, 1_200)), ids(usualColumns))
    assert.deepEqual(ids(columnsInRoom(usualColumns, 700)), ['state', 'name', 'args', 'runtime', 'at'])
    assert.deepEqual(ids(columnsInRoom(usualColumns, 300)), ['state', 'name', 'at'])
    for (const width of [224, 360, 520, 640, 800, 960, 1_280]) {
      const shown = columnsInRoom(usualColumns, width)
      const needed = columnTracks(shown, width).least + (width <= 520 ? 8 : 12) * (shown.length - 1) + 40
      assert.ok(needed <= width, `${needed} pixels in ${width}`)
    }
    const chosen = withColumn(usualColumns, 'waited', true)
    assert.deepEqual(columnsInRoom(chosen, 300), chosen)
  })
  test('are shown, hidden and moved; one always stays', () => {
    assert.deepEqual(ids(withColumn([{ id: 'name', width: 90 }], 'id', true)), ['name', 'id'])
    assert.deepEqual(ids(withColumn([{ id: 'name', width: 90 }], 'name', false)), ['name'])
    assert.deepEqual(ids(withMoved(usualColumns, 'args', -1)).slice(0, 3), ['state', 'args', 'name'])
    assert.deepEqual(ids(withMoved(usualColumns, 'state', -1)), ids(usualColumns))
  })
  test('keep the widths of those before the one that is given another', () => {
    const widths = withWidth(usualColumns, 'args', 10, (id) => (id === 'name' ? 222.4 : undefined)).map(({ width }) => width)
    assert.deepEqual(widths, [null, 222, 32, null, null, null, null, null])
  })
  test('are sorted by in turn one way, the other way, and no longer', () => {
    const turns = (column: TaskColumn) => {
      const first = nextSort(null, column)
      const second = nextSort(first, column)
      return [first?.descending, second?.descending, nextSort(second, column)]
    }
    assert.deepEqual(turns('name'), [false, true, null])
    assert.deepEqual(turns('runtime'), [true, false, null])
    assert.deepEqual(nextSort({ column: 'at', descending: false }, 'at'), null)
  })
  test('are restored as they were; what cannot be read becomes the usual ones', () => {
    const columns = [{ id: 'waited', width: 70 }]
    assert.deepEqual(restoreViewState({ columns }).columns, columns)
    for (const bad of [[], [{ id: 'nonsense', width: null }], [columns[0], columns[0]], 'no', null])
      assert.deepEqual(restoreViewState({ columns: bad }).columns, usualColumns)
  })
})
