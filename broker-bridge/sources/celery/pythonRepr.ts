import { isLosslessNumber, parse } from 'lossless-json'
import { readJson } from './json.ts'

/** Celery's own limits: `argsrepr_maxsize`, and the levels of nesting `saferepr` shows. */
const lengthLimit = 1_024
const levelLimit = 3

/**
 * The text Celery would show for JSON arguments (`saferepr`, not Python's `repr`): for the headers `argsrepr` and `kwargsrepr`, which
 * workers put into their events. Big integers keep their digits. Empty where the text is not JSON.
 * @param outermost `tuple` for positional arguments, which Celery keeps as a tuple
 */
export function pythonRepr(json: string, outermost: 'tuple' | 'plain' = 'plain'): string {
  if (!readJson(json).ok) return ''
  try {
    const writer = new ReprWriter(lengthLimit)
    const value = parse(json, undefined, { onDuplicateKey: ({ newValue }) => newValue })
    if (outermost === 'tuple' && Array.isArray(value)) writer.sequence(value, '(', value.length === 1 ? ',)' : ')', 0)
    else writer.value(value, 0)
    return writer.text
  } catch {
    return ''
  }
}

/** Writes token by token like Celery's `saferepr`; once the length is used up, only closing brackets follow. */
class ReprWriter {
  text = ''
  #left: number
  #stopped = false

  constructor(limit: number) {
    this.#left = limit
  }

  value(value: unknown, level: number): void {
    if (this.#stopped) return
    if (typeof value === 'string') this.#quoted(value)
    else if (Array.isArray(value)) this.sequence(value, '[', ']', level)
    else if (isLosslessNumber(value)) this.#scalar(number(value.toString()))
    else if (typeof value === 'object' && value !== null) this.#object(value, level)
    else this.#scalar(value === true ? 'True' : value === false ? 'False' : 'None')
  }

  sequence(values: readonly unknown[], start: string, end: string, level: number): void {
    if (level >= levelLimit) return this.#scalar(`${start}...${end}`)
    this.#token(start)
    for (const [index, value] of values.entries()) {
      if (this.#stopped) break
      if (index > 0) this.#token(', ')
      this.value(value, level + 1)
    }
    this.#close(end)
  }

  #object(object: object, level: number): void {
    if (level >= levelLimit) return this.#scalar('{...}')
    this.#token('{')
    for (const [index, [key, value]] of Object.entries(object).entries()) {
      if (this.#stopped) break
      if (index > 0) this.#token(', ')
      this.#quoted(key)
      this.#token(': ')
      this.value(value, level + 1)
    }
    this.#close('}')
  }

  #quoted(text: string): void {
    this.#token(`'${this.#fitting(text).replaceAll("'", "\\'")}'`)
  }

  #scalar(text: string): void {
    this.#token(this.#fitting(text))
  }

  #fitting(text: string): string {
    return text.length >= this.#left ? shorten(text, this.#left) : text
  }

  #token(token: string): void {
    if (this.#stopped) return
    if (this.#left <= 0) {
      this.#stopped = true
      this.text += ', ...'
      return
    }
    this.text += token
    this.#left -= token.length
  }

  #close(bracket: string): void {
    this.text += bracket
    this.#left -= bracket.length
  }
}

function shorten(text: string, limit: number): string {
  const kept = text.slice(0, Math.max(limit, 0))
  const space = kept.lastIndexOf(' ')
  return `${space === -1 ? kept : kept.slice(0, space)}...`
}

/** A JSON number as Python writes it: `1e5` is a float, hence `100000.0`; integers keep every digit. */
function number(text: string): string {
  if (/^-?\d+$/.test(text)) return text === '-0' ? '0' : text
  const value = Number(text)
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '-0.0'
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
  const plain = String(value)
  return plain.includes('.') ? plain : `${plain}.0`
}
