import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'

/** Milliseconds. Generous, because the cores may be busy with other things; nothing waits longer than what it waits for. */
export const patience = 60_000

/** Waits until something holds, looking every 20 ms. Fails with what was waited for, and with what there was instead. */
export async function until(holds: () => unknown, what = holds.toString(), seen: () => string = () => ''): Promise<void> {
  const end = performance.now() + patience
  while (!(await holds())) {
    assert.ok(performance.now() < end, `Not within ${patience / 1_000} s: ${what}. ${seen()}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Waits until a look shows what is expected; what it showed last is compared with it in the failure. */
export async function untilEqual<T>(look: () => Promise<T> | T, expected: T): Promise<void> {
  let seen = await look()
  const matches = async (): Promise<boolean> => isDeepStrictEqual((seen = await look()), expected)
  await until(matches).catch(() => assert.deepEqual(seen, expected))
}
