import assert from 'node:assert/strict'

/** Waits until something holds, looking every 20 ms; fails with the condition's own text when it does not. */
export async function until(holds: () => unknown, milliseconds = 5_000): Promise<void> {
  const end = Date.now() + milliseconds
  while (!(await holds())) {
    assert.ok(Date.now() < end, `This did not hold within ${milliseconds} ms: ${holds.toString()}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
