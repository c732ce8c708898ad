/** Most bytes that are shown. */
const most = 4_096
const perLine = 16

/** Hex digits as lines of sixteen bytes, each with its place and what of it is plain ASCII: `00000010  68 65 …  he…`. */
export function hexLines(digits: string): string[] {
  const bytes =
    digits
      .replace(/\s+/g, '')
      .slice(0, most * 2)
      .match(/../g) ?? []
  return Array.from({ length: Math.ceil(bytes.length / perLine) }, (_, line) => {
    const part = bytes.slice(line * perLine, (line + 1) * perLine)
    const place = (line * perLine).toString(16).padStart(8, '0')
    return `${place}  ${part.join(' ').padEnd(perLine * 3 - 1)}  ${part.map(asciiOf).join('')}`
  })
}

function asciiOf(byte: string): string {
  const code = Number.parseInt(byte, 16)
  return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : '·'
}
