import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { ownDebugger } from '../contributions.ts'

/** `debugpy` is the type of VS Code's Python Debugger; the other is Warren's own, which starts the interpreter's debugpy. */
export type DebuggerType = 'debugpy' | typeof ownDebugger

/** A task as it is to run here. JSON texts keep every digit. */
export interface TaskRun {
  readonly name: string
  readonly id: string
  readonly args: string
  readonly kwargs: string
  /** Where the arguments are from, as one sentence. */
  readonly explanation: string
}

/** Where the task's code is. */
export interface TaskPlace {
  /** What `celery -A` would get; null where only the task's module is known. */
  readonly app: string | null
  readonly module: string | null
  readonly djangoSettings: string | null
  /** The folder that modules are imported from. */
  readonly folder: string
}

type Variables = Readonly<Record<string, string>>

/** VS Code replaces what begins so in every text of a launch configuration: `${command:…}` runs a command. There is no escape. */
const replaced = '${'

/** What becomes of tasks that the task sends: they are told and dropped, or they run in the same process. */
export type SentTasks = 'show' | 'run'

/**
 * What the program that runs the task reads, as JSON. It is never part of a command line, which others on the machine can read.
 * @param variables those of the workspace; the ones that VS Code would change travel here instead of in the launch configuration
 */
export function runText(
  run: TaskRun,
  { app, module, djangoSettings }: TaskPlace,
  sentTasks: SentTasks,
  variables: Variables = {},
): string {
  const { name, id, explanation } = run
  const environment = only(variables, (value) => value.includes(replaced))
  const plain = JSON.stringify({ name, id, explanation, app, module, djangoSettings, sentTasks, environment })
  return `${plain.slice(0, -1)},"args":${run.args},"kwargs":${run.kwargs}}`
}

export interface LaunchParts {
  readonly type: DebuggerType
  readonly name: string
  readonly interpreter: string
  /** The program that runs the task, and the file with what it runs. */
  readonly program: string
  readonly runFile: string
  readonly folder: string
  /** Variables besides those of VS Code. */
  readonly environment: Variables
}

/** What starts the debugger, in the words of debugpy. */
export function launchConfiguration({ type, name, interpreter, program, runFile, folder, environment }: LaunchParts) {
  return {
    type,
    request: 'launch',
    // The name comes from the broker.
    name: visibleLine(`Task ${name}`, 100).replaceAll(replaced, '$ {'),
    python: [interpreter],
    program,
    args: [runFile],
    cwd: folder,
    env: only(environment, (value) => !value.includes(replaced)),
    console: 'internalConsole',
    internalConsoleOptions: 'openOnSessionStart',
    redirectOutput: true,
    subProcess: false,
    // A task's error passes through Celery; what is of interest is where it was raised.
    justMyCode: true,
    rules: [{ path: program, include: false }],
  } as const
}

function only(variables: Variables, wanted: (value: string) => boolean): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => wanted(value)))
}
