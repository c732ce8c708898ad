import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'
import { readTopology } from '../../broker-bridge/protocol/index.ts'
import { until } from '../support/childProcess.ts'
import { openProjectInVsCode } from '../support/vscodeProject.ts'
import type { ProjectInVsCode } from '../support/vscodeProject.ts'
import type { Workbench } from '../support/workbench.ts'

const patience = 30_000

/** Queues in VS Code's tree, and topologies as files and differences. */
describe('queues in VS Code', { timeout: 6 * 60_000 }, () => {
  let project: ProjectInVsCode
  let workbench: Workbench
  let steps = 0

  before(async () => {
    project = await openProjectInVsCode({ 'workbench.colorTheme': 'Default Dark Modern' })
    workbench = project.workbench
    const { rabbit } = project
    const queues = Array.from({ length: 700 }, (_, index) => ({
      name: `bulk.${String(index).padStart(4, '0')}`,
      ...{ durable: true, auto_delete: false, arguments: {} },
    }))
    await rabbit.management('definitions/%2F', { queues }, 'POST')
    await workbench.page.setViewportSize({ width: 1280, height: 1200 })
    await workbench.openContainer('Warren')
    await workbench.runCommand('Warren: Connect to Broker')
    await workbench.pick('CELERY_BROKER_URL in .env')
    await workbench.pick('Management')
    await workbench.quickInput.filter({ hasText: 'Address of the management API' }).waitFor()
    await workbench.enter(rabbit.managementUrl ?? '')
    await workbench.pick('Connect')
  })
  after(() => project[Symbol.asyncDispose]())
  afterEach(() => workbench.screenshot(`queues-${String((steps += 1)).padStart(2, '0')}`).then(() => undefined))

  const row = (text: RegExp): Promise<boolean> =>
    until(`the tree shows ${String(text)}`, patience, async () =>
      (await workbench.rowTexts('Connections')).some((line) => text.test(line)),
    )
  const notified = (text: string): Promise<boolean> =>
    until(`a notification says ${text}`, patience, async () =>
      (await workbench.notifications()).some((message) => message.includes(text)),
    )

  it('the tree shows some of very many, and what is inside one', async () => {
    await row(/^Queue bulk\.0000, 0 ready, 0 unacked, 0 consumers/)
    await workbench.expand('Connections', 'bulk.0000')
    await row(/^Binding: default exchange with key bulk\.0000/)
  })

  it('a topology is exported, and compared with the broker after that changed', async () => {
    const file = join(project.folder, 'before.json')
    await workbench.runCommand('Warren: Export Topology')
    await workbench.saveAs(file)
    await notified('no users and no passwords')
    const read = readTopology(await readFile(file, 'utf8'))
    assert.ok(!('problem' in read) && read.queues.length >= 700)
    await workbench.runCommand('Notifications: Clear All')
    await project.rabbit.management('queues/%2F/a-new-one', { durable: true })
    await workbench.runCommand('Warren: Compare Topologies')
    await workbench.pick('the broker as it is now')
    await workbench.pick('Choose a File')
    await workbench.saveAs(file)
    const diff = workbench.page.locator('.monaco-diff-editor')
    await diff.waitFor()
    await diff.getByText('"a-new-one"').first().waitFor()
  })
})
