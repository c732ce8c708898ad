import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { WorkerProcess } from '../../extension/localWorkers/workerProcess.ts'
import { output, until } from '../support/childProcess.ts'

const patience = 20_000

describe('a process that left another behind', () => {
  /** Prints the number of a process that holds its streams, and ends. */
  const leaving = (detached: boolean): string => `
    const child = require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 30_000)'], {
      detached: ${String(detached)}, stdio: ['ignore', 'inherit', 'inherit'],
    })
    child.unref()
    console.log(child.pid)
    process.exitCode = 7
  `
  const lives = async (pid: number): Promise<boolean> =>
    /^[^Z]/.test((await output('ps', ['-o', 'stat=', '-p', String(pid)]).catch(() => '')).trim())

  async function left(detached: boolean): Promise<{ pid: number; ended: (number | string)[] }> {
    const [lines, ended]: [string[], (number | string)[]] = [[], []]
    const onEnd = (how: number | string): number => ended.push(how)
    const launch = {
      interpreter: process.execPath,
      args: ['-e', leaving(detached)],
      folder: process.cwd(),
      environment: process.env,
    }
    new WorkerProcess({ ...launch, onLine: (line) => lines.push(line), onEnd })
    await until('it has ended', patience, () => ended.length > 0)
    return { pid: Number(lines[0]), ended }
  }

  test('has ended, although that one holds its streams', async () => {
    const { pid, ended } = await left(true)
    assert.ok(await lives(pid), 'it is no part of the worker')
    process.kill(pid, 'SIGKILL')
    assert.deepEqual(ended, [7])
  })

  test('takes it along where it is of the same group', async () => {
    const { pid, ended } = await left(false)
    assert.deepEqual(ended, [7])
    await until('it is gone', patience, async () => !(await lives(pid)))
  })
})
