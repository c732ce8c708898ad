const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\u0007',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
}
const digits: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }

/** The value of a literal of a string; null where it is one of bytes, has values put in, is not ended, or names a character. */
export function readString(literal: string): string | null {
  const start = literal.search(/['"]/)
  const prefix = literal.slice(0, Math.max(0, start)).toLowerCase()
  if (start < 0 || /[bft]/.test(prefix)) return null
  const rest = literal.slice(start)
  const triple = rest.slice(0, 3)
  const quote = triple === "'''" || triple === '"""' ? triple : rest.slice(0, 1)
  if (rest.length < 2 * quote.length || !rest.endsWith(quote)) return null
  const inner = rest.slice(quote.length, -quote.length).replaceAll('\r\n', '\n')
  return prefix.includes('r') ? inner : unescape(inner)
}

function unescape(text: string): string | null {
  let value = ''
  for (let at = 0; at < text.length;) {
    const escape = text.charAt(at) === '\\' ? readEscape(text.slice(at + 1, at + 10)) : { value: text.charAt(at), length: 0 }
    if (escape === null) return null
    value += escape.value
    at += 1 + escape.length
  }
  return value
}

/** What stands after a backslash: its value, and how many characters that took. */
function readEscape(rest: string): { readonly value: string; readonly length: number } | null {
  const sign = rest.charAt(0)
  const octal = /^[0-7]{1,3}/.exec(rest)?.[0]
  if (octal !== undefined) return { value: String.fromCodePoint(Number.parseInt(octal, 8)), length: octal.length }
  const length = digits[sign]
  if (length === undefined) return sign === 'N' ? null : { value: escapes[sign] ?? `\\${sign}`, length: sign.length }
  const value = codePoint(rest.slice(1, 1 + length), length)
  return value === undefined ? null : { value, length: 1 + length }
}

function codePoint(hex: string, length: number): string | undefined {
  const value = /^[\da-f]+$/i.test(hex) && hex.length === length ? Number.parseInt(hex, 16) : Number.NaN
  return value <= 0x10ffff ? String.fromCodePoint(value) : undefined
}
