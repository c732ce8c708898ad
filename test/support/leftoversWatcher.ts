// Runs as a process of its own, started by leftovers.ts. Reads what exists from standard input; its end is the sign to tidy up.
import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'

const groups = new Set<number>()
const folders = new Set<string>()

const commands: Record<string, (value: string) => unknown> = {
  group: (value) => groups.add(Number(value)),
  ended: (value) => groups.delete(Number(value)),
  folder: (value) => folders.add(value),
  deleted: (value) => folders.delete(value),
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has already ended.
  }
}

// Ctrl-C and a closing terminal are for the process that started us; we live as long as it does.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)

for await (const line of createInterface({ input: process.stdin })) {
  const space = line.indexOf(' ')
  commands[line.slice(0, space)]?.(line.slice(space + 1))
}
for (const pid of groups) killGroup(pid)
for (const path of folders) rmSync(path, { recursive: true, force: true, maxRetries: 5 })
