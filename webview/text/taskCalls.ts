import { readPython, readRepr, visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { TaskDetail } from '../../broker-bridge/protocol/index.ts'

/** A call to paste somewhere, and whether its arguments are known exactly. A call that is not complete does not run. */
export interface TaskCall {
  readonly text: string
  readonly complete: boolean
}

type Called = Pick<TaskDetail, 'name' | 'args' | 'kwargs' | 'queue'>

/** The arguments under the strict reading: JSON, and Python's own words where both say the same. */
interface Arguments {
  readonly args: string
  readonly kwargs: string
  readonly argsJson: string
  readonly kwargsJson: string
}

const identifier = /^[A-Za-z_]\w{0,200}$/
const keywords = new Set(
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(
    ' ',
  ),
)
const isIdentifier = (text: string): boolean => identifier.test(text) && !keywords.has(text)

/** `send_invoice.delay(1, notify=True)`, or `send_invoice.apply_async(…, queue='mail')`, with the import it needs. */
export function pythonCall(task: Called): TaskCall {
  const known = exactArguments(task)
  const path = task.name?.split('.') ?? []
  const importable = path.length > 1 && path.every(isIdentifier)
  const [name, module] = [path.at(-1) ?? '', path.slice(0, -1).join('.')]
  const head = importable ? `from ${module} import ${name}\n\n` : ''
  const callee = importable ? `${name}.apply_async(` : `app.send_task(${pythonText(task.name ?? '')}, `
  const queue = task.queue === null ? '' : `, queue=${pythonText(task.queue)}`
  if (!known)
    return { text: `${incomplete(task)}${head}${callee}args=<complete them>, kwargs=<complete them>${queue})`, complete: false }
  const direct = importable && task.queue === null ? directArguments(known) : null
  if (direct !== null) return { text: `${head}${name}.delay(${direct})`, complete: true }
  const kwargs = known.kwargs === '{}' ? '' : `, kwargs=${known.kwargs}`
  return { text: `${head}${callee}args=${known.args}${kwargs}${queue})`, complete: true }
}

/** `1, notify=True`; null where a key is no name that Python allows there. */
function directArguments({ args, kwargs }: Arguments): string | null {
  const positional = args.slice(1, -1).replace(/,$/, '')
  const value = readPython(kwargs)
  const entries = value?.kind === 'dict' ? value.entries : []
  const named = entries.map(({ key, value: of }) =>
    key.kind === 'text' && isIdentifier(key.text) && of ? `${key.text}=${kwargs.slice(of.from, of.to)}` : null,
  )
  if (named.includes(null)) return null
  return [positional, ...named].filter((part) => part !== '').join(', ')
}

/** `celery -A shop call shop.tasks.send --args='[1]'`, quoted for a POSIX shell. */
export function celeryCall(task: Called): TaskCall {
  const known = exactArguments(task)
  const app = task.name?.split('.')[0] ?? ''
  const start = `celery -A ${isIdentifier(app) && task.name?.includes('.') ? app : 'your_app'} call ${shellText(task.name ?? '')}`
  const queue = task.queue === null ? '' : ` --queue=${shellText(task.queue)}`
  if (!known)
    return { text: `${incomplete(task)}${start} --args='<complete them>' --kwargs='<complete them>'${queue}`, complete: false }
  const kwargs = known.kwargsJson === '{}' ? '' : ` --kwargs=${shellText(known.kwargsJson)}`
  return { text: `${start} --args=${shellText(known.argsJson)}${kwargs}${queue}`, complete: true }
}

function exactArguments({ name, args, kwargs }: Called): Arguments | null {
  if (name === null || args === null || kwargs === null) return null
  const [argsRead, kwargsRead] = [readRepr(args, 'args'), readRepr(kwargs, 'kwargs')]
  if (!argsRead.ok || !kwargsRead.ok || actsWhenPasted(args) || actsWhenPasted(kwargs)) return null
  return { args, kwargs, argsJson: argsRead.json, kwargsJson: kwargsRead.json }
}

/** Characters that no eye sees or that a terminal obeys do not belong into what somebody pastes. */
function actsWhenPasted(text: string): boolean {
  return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)
}

/** Both shells and Python take this for a comment. One line of it, whatever the texts hold. */
function incomplete({ args, kwargs }: Called): string {
  const shown = [args, kwargs].map((text) => visibleLine(text ?? 'not known', 400)).join(' ')
  return `# The arguments are not known exactly; complete them. The events showed: ${shown}\n`
}

/** A Python literal; what is not plain is escaped. */
function pythonText(text: string): string {
  return `'${escaped(text.replace(/['\\]/g, '\\$&'))}'`
}

/** One word for a POSIX shell; with characters that act, in the `$'…'` form that bash, zsh and ksh read. */
function shellText(text: string): string {
  if (text !== '' && /^[\w.,:/@%+=-]+$/.test(text) && !text.startsWith('-')) return text
  if (!actsWhenPasted(text)) return `'${text.replaceAll("'", "'\\''")}'`
  return `$'${escaped(text.replace(/['\\]/g, '\\$&'))}'`
}

function escaped(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0
    if (code > 0xffff) return `\\U${code.toString(16).padStart(8, '0')}`
    return `\\u${code.toString(16).padStart(4, '0')}`
  })
}
