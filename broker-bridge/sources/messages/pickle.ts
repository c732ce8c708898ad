import { cutText } from './content.ts'
import { operations } from './pickleOperations.ts'
import type { Operand } from './pickleOperations.ts'

const mostLines = 5_000
const longestValue = 300

interface Step {
  readonly at: number
  readonly name: string
  readonly operand: string | null
  readonly end: number
}

/**
 * Lists what a pickle says, step by step, as Python's `pickletools.dis` does. Nothing is built, imported or called: the steps are
 * read as text and forgotten. Pure; never throws.
 */
export function listPickle(content: Buffer, limit: number): { body: string; cut: boolean; problem: string | null } {
  const lines: string[] = []
  const imports = new Set<string>()
  const strings: string[] = []
  let problem: string | null = null
  for (let at = 0; at < content.length;) {
    const step = readStep(content, at)
    if ('problem' in step) {
      problem = step.problem
      break
    }
    note(step, strings, imports)
    lines.push(`${String(step.at).padStart(6)}  ${step.name}${step.operand === null ? '' : ` ${step.operand}`}`)
    at = step.end
    if (step.name === 'STOP') break
    if (lines.length < mostLines) continue
    problem = `Only the first ${mostLines.toLocaleString('en-US')} steps are listed.`
    break
  }
  const { body, cut } = cutText([...heading(imports), ...lines].join('\n'), limit)
  return { body, cut, problem }
}

function heading(imports: ReadonlySet<string>): string[] {
  const named = [...imports].slice(0, 50).join(', ')
  return [
    '# A pickle. It was not executed; this lists the steps that reading it in Python would take.',
    imports.size === 0 ? '# It would import nothing.' : `# It would import and may call: ${named}`,
  ]
}

/** What would be imported: named in one step, or by the two texts before it. */
function note({ name, operand }: Step, strings: string[], imports: Set<string>): void {
  if (operand !== null && name.includes('UNICODE')) strings.push(operand.slice(1, -1))
  if ((name === 'GLOBAL' || name === 'INST') && operand !== null) imports.add(operand)
  if (name === 'STACK_GLOBAL') imports.add(strings.slice(-2).join('.'))
  if (strings.length > 2) strings.shift()
}

function readStep(content: Buffer, at: number): Step | { readonly problem: string } {
  const code = content[at] ?? 0
  const operation = operations.get(code)
  if (!operation) return { problem: `At byte ${at} it has a step that no pickle has (0x${code.toString(16).padStart(2, '0')}).` }
  const [name, kind] = operation
  try {
    const { text, end } = readOperand(content, at + 1, kind)
    return { at, name, operand: text, end }
  } catch {
    return { problem: `It breaks off in the middle of a step, at byte ${at}.` }
  }
}

interface ReadOperand {
  readonly text: string | null
  readonly end: number
}

function readOperand(content: Buffer, at: number, kind: Operand): ReadOperand {
  switch (kind) {
    case 'none':
      return { text: null, end: at }
    case 'u1':
      return { text: String(content.readUInt8(at)), end: at + 1 }
    case 'u2':
      return { text: String(content.readUInt16LE(at)), end: at + 2 }
    case 'i4':
      return { text: String(content.readInt32LE(at)), end: at + 4 }
    case 'u4':
      return { text: String(content.readUInt32LE(at)), end: at + 4 }
    case 'u8':
      return { text: String(content.readBigUInt64LE(at)), end: at + 8 }
    case 'f8':
      return { text: String(content.readDoubleBE(at)), end: at + 8 }
    case 'line':
      return readLine(content, at)
    case 'lines':
      return readTwoLines(content, at)
    case 'text1':
    case 'text4':
    case 'text8':
    case 'bytes1':
    case 'bytes4':
    case 'bytes8':
    case 'long1':
    case 'long4':
      return readCounted(content, at, kind)
  }
}

function readLine(content: Buffer, at: number): ReadOperand {
  const end = content.indexOf(0x0a, at)
  if (end < 0) throw new RangeError('The line has no end.')
  return { text: quoted(content.subarray(at, end)), end: end + 1 }
}

function readTwoLines(content: Buffer, at: number): ReadOperand {
  const [first, second] = [content.indexOf(0x0a, at), content.indexOf(0x0a, content.indexOf(0x0a, at) + 1)]
  if (first < 0 || second < 0) throw new RangeError('The line has no end.')
  return { text: `${plain(content.subarray(at, first))}.${plain(content.subarray(first + 1, second))}`, end: second + 1 }
}

function readCounted(
  content: Buffer,
  at: number,
  kind: 'text1' | 'text4' | 'text8' | 'bytes1' | 'bytes4' | 'bytes8' | 'long1' | 'long4',
): ReadOperand {
  const size = Number(kind.at(-1))
  const length = size === 1 ? content.readUInt8(at) : size === 4 ? content.readUInt32LE(at) : Number(content.readBigUInt64LE(at))
  const [start, end] = [at + size, at + size + length]
  if (end > content.length) throw new RangeError('The value is longer than the pickle.')
  const bytes = content.subarray(start, end)
  if (kind.startsWith('long')) return { text: wholeNumber(bytes), end }
  return { text: kind.startsWith('text') ? quoted(bytes) : hexOf(bytes), end }
}

/** Two's complement, the smallest byte first. */
function wholeNumber(bytes: Buffer): string {
  if (bytes.length === 0) return '0'
  if (bytes.length > 200) return `a number of ${bytes.length} bytes`
  const value = BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
  return String(BigInt.asIntN(bytes.length * 8, value))
}

function plain(bytes: Buffer): string {
  return cut(bytes.subarray(0, longestValue * 4).toString('utf8'))
}

function quoted(bytes: Buffer): string {
  return JSON.stringify(plain(bytes))
}

function hexOf(bytes: Buffer): string {
  return `${cut(bytes.subarray(0, longestValue).toString('hex'))} (${bytes.length} bytes)`
}

function cut(text: string): string {
  return text.length <= longestValue ? text : `${text.slice(0, longestValue)}…`
}
