import { messageOf } from '../../broker-bridge/protocol/index.ts'
/**
 * Checks a JSON text as a person types it. The text itself is what is sent, so that big integers stay exact.
 * @returns one sentence that says what is wrong, or null
 */
export function checkJson(text: string, kind: 'array' | 'object'): string | null {
  const example = kind === 'array' ? 'a JSON array, such as [1, "two"]' : 'a JSON object, such as {"retries": 3}'
  if (text.trim() === '') return `Write ${example}, or ${kind === 'array' ? '[]' : '{}'} for none.`
  try {
    const value: unknown = JSON.parse(text)
    return kindOf(value) === kind ? null : `This must be ${example}.`
  } catch (error) {
    return `This is not JSON yet: ${messageOf(error)}.`
  }
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return value === null ? 'null' : typeof value
}
